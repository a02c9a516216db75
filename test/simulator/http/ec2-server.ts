import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { perform } from '../api/api.ts';
import type { Buckets } from '../api/buckets.ts';
import type { CredentialStore } from '../api/credentials.ts';
import type { Faults } from '../api/faults.ts';
import type { Caller, Permissions } from '../api/permissions.ts';
import type { Call, CallRecord } from '../api/record.ts';
import { ApiError } from '../model/api-error.ts';
import type { World } from '../model/world.ts';
import { parseForm } from './form.ts';
import { authenticate } from './signature.ts';
import { renderAnswer, renderError } from './xml.ts';

/** What a test may do at every call: it may take its time. */
export interface CallHooks {
  beforeCall?: (call: Call) => Promise<void> | void;
  afterCall?: (call: Call) => Promise<void> | void;
}

export interface Ec2Side {
  world: World;
  buckets: Buckets | undefined;
  permissions: Permissions;
  faults: Faults;
  record: CallRecord;
  credentials: CredentialStore;
  hooks: CallHooks;
  /** How long an action takes, in ms. */
  latency: (action: string) => number;
  clockSkewMs: number;
  /** Once the simulator closes, no call has any more effect. */
  closing: AbortSignal;
  /** Lets so many ms pass, or fewer when the simulator closes. */
  pause: (ms: number) => Promise<void>;
  /** Told of the simulator's own mistakes. */
  onFailure: (error: unknown) => void;
}

/** EC2's endpoint: form in, XML out, one call a request. */
export function ec2Server(side: Ec2Side): Server {
  // Node.js's own 5 s are over, on a slow machine, as a client begins its next request.
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(side, request, response).catch((error: unknown) => {
      /** A client that broke off in the middle of its request is no mistake of ours. */
      if (request.errored === error) {
        return;
      }
      side.onFailure(error);
      const requestId = randomUUID();
      const xml = renderError(requestId, 'InternalError', 'An internal error has occurred');
      reply(side, response, { status: 500, code: 'InternalError', requestId, xml });
    });
  });
}

interface Outcome {
  status: number;
  code: string | undefined;
  requestId: string;
  xml: string;
}

async function answer(side: Ec2Side, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readText(request);
  const form = request.method === 'GET' ? (request.url ?? '').replace(/^[^?]*\??/, '') : body;
  const requestId = randomUUID();
  let understood: { call: Call; caller: Caller } | undefined;
  const refusal = attempt(requestId, () => {
    understood = understand(side, request, form);
    return '';
  });
  if (understood === undefined) {
    return reply(side, response, refusal);
  }
  const { call, caller } = understood;
  await serve(side, call, response, (error) =>
    attempt(requestId, () => {
      if (error !== undefined) {
        throw error;
      }
      const result = perform(side.world, side, call.action, call.params, caller);
      return renderAnswer(call.action, requestId, result);
    }),
  );
}

/** What `run` answers, or the error with which EC2 refuses. */
function attempt(requestId: string, run: () => string): Outcome {
  try {
    return { status: 200, code: undefined, requestId, xml: run() };
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    const { status, code, message } = error;
    return { status, code, requestId, xml: renderError(requestId, code, message) };
  }
}

/** The call in a request, and whose it is. */
function understand(side: Ec2Side, request: IncomingMessage, form: string): { call: Call; caller: Caller } {
  const { Action: action, Version: version, ...params } = parseForm(form);
  if (typeof action !== 'string') {
    throw new ApiError('MissingAction', 'The request must contain the parameter Action');
  }
  const { account, region, quirks } = side.world.settings;
  const keys = authenticate(request.headers, side.credentials, {
    now: side.world.wallClock().getTime(),
    region,
    clockSkewMs: side.clockSkewMs,
    skewError: quirks.clockSkew,
  });
  if (version !== '2016-11-15') {
    throw new ApiError('InvalidAction', `The action ${action} is not valid for version ${String(version)}.`);
  }
  const call: Call = {
    at: side.world.clock.now(),
    action,
    params,
    instanceId: keys.instanceId,
    dryRun: params['DryRun'] === 'true',
    answer: undefined,
  };
  return { call, caller: { arn: keys.callerArn, account, region, instanceId: keys.instanceId } };
}

/** Lets the call happen, with whatever trouble has been ordered for it. */
async function serve(
  side: Ec2Side,
  call: Call,
  response: ServerResponse,
  run: (error: ApiError | undefined) => Outcome,
): Promise<void> {
  side.record.add(call);
  await side.hooks.beforeCall?.(call);
  if (side.closing.aborted) {
    return;
  }
  const fault = side.faults.meet(call.action, call.params);
  if (fault === 'hang') {
    return;
  }
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const ordered = typeof fault === 'object' && 'error' in fault ? fault.error : undefined;
  const delayMs = typeof fault === 'object' && 'delayMs' in fault ? fault.delayMs : 0;
  const outcome = run(ordered && new ApiError(ordered.code, ordered.message, ordered.status));
  call.answer = { status: outcome.status, code: outcome.code };
  await side.pause(side.latency(call.action) + delayMs);
  await side.hooks.afterCall?.(call);
  if (fault === 'lostAnswer') {
    response.socket?.resetAndDestroy();
  } else {
    reply(side, response, outcome);
  }
}

function reply(side: Ec2Side, response: ServerResponse, { status, requestId, xml }: Outcome): void {
  if (response.destroyed || response.headersSent) {
    return;
  }
  response.writeHead(status, {
    'Content-Type': 'text/xml;charset=UTF-8',
    /** The clients mend a wrong clock of theirs with it. */
    Date: side.world.wallClock().toUTCString(),
    Server: 'AmazonEC2',
    'x-amzn-requestid': requestId,
  });
  response.end(xml);
}

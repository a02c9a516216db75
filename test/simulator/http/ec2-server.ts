import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { perform } from '../api/api.ts';
import type { Buckets } from '../api/buckets.ts';
import type { CredentialStore } from '../api/credentials.ts';
import type { Faults } from '../api/faults.ts';
import type { Permissions } from '../api/permissions.ts';
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
  /** Told of the simulator's own mistakes. */
  onFailure: (error: unknown) => void;
}

/** EC2's endpoint: form in, XML out, one call a request. */
export function ec2Server(side: Ec2Side): Server {
  return createServer((request, response) => {
    answer(side, request, response).catch((error: unknown) => {
      side.onFailure(error);
      reply(side, response, 500, renderError(randomUUID(), 'InternalError', String(error)));
    });
  });
}

async function answer(side: Ec2Side, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readText(request);
  const requestId = randomUUID();
  const query = new URL(request.url ?? '/', 'http://ec2').search.slice(1);
  try {
    const {
      Action: action,
      Version: version,
      ...params
    } = parseForm(request.method === 'GET' ? query : body);
    if (typeof action !== 'string') {
      throw new ApiError('MissingAction', 'The request must contain the parameter Action');
    }
    const now = side.world.wallClock().getTime();
    const keys = authenticate(request.headers, side.credentials, now, side.clockSkewMs);
    if (version !== '2016-11-15') {
      throw new ApiError(
        'InvalidAction',
        `The action ${action} is not valid for version ${String(version)}.`,
      );
    }
    const call: Call = {
      at: side.world.clock.now(),
      action,
      params,
      instanceId: keys.instanceId,
      dryRun: params['DryRun'] === 'true',
      answer: undefined,
    };
    const { account, region } = side.world.settings;
    const caller = { arn: keys.callerArn, account, region, instanceId: keys.instanceId };
    await serve(side, call, response, () => {
      const result = perform(side.world, side, action, params, caller);
      return renderAnswer(action, requestId, result);
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    reply(side, response, error.status, renderError(requestId, error.code, error.message));
  }
}

/** The call with whatever trouble has been ordered for it. */
async function serve(side: Ec2Side, call: Call, response: ServerResponse, run: () => string): Promise<void> {
  side.record.add(call);
  await side.hooks.beforeCall?.(call);
  const fault = side.faults.meet(call.action, call.params);
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const delayMs = typeof fault === 'object' && 'delayMs' in fault ? fault.delayMs : 0;
  const latencyMs = side.latency(call.action) + delayMs;
  try {
    if (typeof fault === 'object' && 'error' in fault) {
      throw new ApiError(fault.error.code, fault.error.message, fault.error.status);
    }
    const xml = run();
    call.answer = { status: 200, code: undefined };
    if (latencyMs > 0) await side.world.clock.sleep(latencyMs);
    await side.hooks.afterCall?.(call);
    if (fault === 'lostAnswer') response.socket?.resetAndDestroy();
    else reply(side, response, 200, xml);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    call.answer = { status: error.status, code: error.code };
    if (latencyMs > 0) await side.world.clock.sleep(latencyMs);
    await side.hooks.afterCall?.(call);
    throw error;
  }
}

function reply(side: Ec2Side, response: ServerResponse, status: number, xml: string): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'Content-Type': 'text/xml;charset=UTF-8',
    /** The clients mend a wrong clock of theirs with it. */
    Date: side.world.wallClock().toUTCString(),
    Server: 'AmazonEC2',
  });
  response.end(xml);
}

import { classOfAnswer } from '../../agent/ec2/answers.ts';
import { Ec2Error } from '../../agent/ec2/port.ts';
import type { FaultKind } from '../simulator/api/faults.ts';
import type { Params } from '../simulator/api/params.ts';
import type { Answer } from '../simulator/http/xml.ts';
import { ApiError } from '../simulator/model/api-error.ts';
import type { Call, Region } from './region.ts';

/** After which the agent's transport gives a request up, in ms. */
const requestMs = 15_000;

/** One request; what it answers is read by `read`, at the moment of its effect. */
export type Send = <T>(
  action: string,
  params: Params,
  read: (answer: Fields) => T,
  signal?: AbortSignal,
) => Promise<T>;

/** An answer of the simulator's, or a structure in it. */
export interface Fields {
  [member: string]: Answer;
}

/**
 * One request on its way to EC2 and back, as the agent's caller sees it: errors are classified by the agent's own
 * table. Of the latency a part, other each time, is before the effect.
 *
 * @param share in [0, 1)
 */
export function sender(region: Region, instanceId: string | undefined, share: () => number): Send {
  return async (action, params, read, signal) => {
    const call: Call = { instanceId, action, params };
    const { time } = region;
    const latency = region.latency(action);
    const there = latency * share();
    await time.sleep(there, signal);
    const fault = region.trouble(call);
    const giveUp = async () => {
      await time.sleep(requestMs, signal);
      throw new Ec2Error(action, 'transient', 'TimeoutError', `no answer in ${requestMs} ms`);
    };
    if (fault === 'hang') {
      return giveUp();
    }
    if (fault === 'reset') {
      throw lost(action);
    }
    const outcome = attempt(region, call, fault, read);
    const delay = typeof fault === 'object' && 'delayMs' in fault ? fault.delayMs : 0;
    if (delay > requestMs) {
      return giveUp();
    }
    await time.sleep(latency - there + delay, signal);
    if (fault === 'lostAnswer') {
      throw lost(action);
    }
    if (outcome instanceof Ec2Error) {
      throw outcome;
    }
    return outcome.read;
  };
}

function attempt<T>(
  region: Region,
  call: Call,
  fault: FaultKind | undefined,
  read: (answer: Fields) => T,
): { read: T } | Ec2Error {
  try {
    if (typeof fault === 'object' && 'error' in fault) {
      const { code, message, status } = fault.error;
      throw new ApiError(code, message, status);
    }
    const answer = region.perform(call);
    region.onCall({ call, code: undefined });
    return { read: read(answer) };
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    const { code, message, status } = error;
    const { action } = call;
    region.onCall({ call, code });
    const errorClass = classOfAnswer({ action, code, message, status, skewed: false });
    return new Ec2Error(action, errorClass, code, message);
  }
}

function lost(action: string): Ec2Error {
  return new Ec2Error(action, 'transient', 'ECONNRESET', 'socket hang up');
}

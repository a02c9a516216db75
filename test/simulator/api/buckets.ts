import { ApiError } from '../model/api-error.ts';
import type { Params } from './params.ts';

/** How many calls of an action an account may make in a Region. */
export interface Rate {
  /** Calls that may be made at once. */
  size: number;
  /** Calls a second. */
  refill: number;
}

const eniWrites: Rate = { size: 100, refill: 5 };
const tagWrites: Rate = { size: 100, refill: 10 };
const otherWrites: Rate = { size: 50, refill: 5 };
const reads: Rate = { size: 100, refill: 20 };
const unfilteredReads: Rate = { size: 50, refill: 10 };

const writes: Record<string, Rate> = {
  AssignIpv6Addresses: eniWrites,
  AssignPrivateIpAddresses: eniWrites,
  CreateNetworkInterface: eniWrites,
  CreateSubnetCidrReservation: { size: 5, refill: 1 },
  CreateTags: tagWrites,
  DeleteNetworkInterface: eniWrites,
  DeleteTags: tagWrites,
  ModifyNetworkInterfaceAttribute: eniWrites,
  UnassignPrivateIpAddresses: eniWrites,
};

const costlyUnfiltered = new Set(['DescribeNetworkInterfaces', 'DescribeInstances']);

/** EC2's throttle: a token bucket for each action of the account in the Region. */
export class Buckets {
  readonly #levels = new Map<string, { level: number; at: number }>();

  /** Takes a token at that time (ms), or throws RequestLimitExceeded. */
  take(action: string, params: Params, now: number): void {
    const { name, rate } = bucketOf(action, params);
    const before = this.#levels.get(name) ?? { level: rate.size, at: now };
    const level = Math.min(rate.size, before.level + ((now - before.at) / 1000) * rate.refill);
    this.#levels.set(name, { level: level < 1 ? level : level - 1, at: now });
    if (level < 1) {
      throw new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    }
  }
}

export function isRead(action: string): boolean {
  return /^(Describe|Get)/.test(action);
}

/** That of a call's action with these parameters. */
export function rateOf(action: string, params: Params): Rate {
  return bucketOf(action, params).rate;
}

function bucketOf(action: string, params: Params): { name: string; rate: Rate } {
  if (!isRead(action)) {
    return { name: action, rate: writes[action] ?? otherWrites };
  }
  const narrowed = params['Filter'] !== undefined || params['MaxResults'] !== undefined;
  if (narrowed || !costlyUnfiltered.has(action)) {
    return { name: action, rate: reads };
  }
  return { name: `${action} unfiltered`, rate: unfilteredReads };
}

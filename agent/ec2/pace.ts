/** How the calls of a fleet that starts at once are spread over what EC2 lets through. */
export interface Pace {
  /** When this node's turn is counted from, on the run's clock, in ms. */
  since: number;
  /** How many calls of each action other nodes are to make before it. */
  ahead: number;
  /** How many all of them are to make, this node's own included. */
  inAll: number;
}

/**
 * EC2's token buckets, an account's and Region's own for each action: so many calls at once, then so many a second
 * (EC2 API reference, "Request token bucket sizes and refill rates"). Only of the calls of which each ENI needs one.
 */
const reads = { size: 100, refill: 20 };
const buckets: Readonly<Record<string, { size: number; refill: number }>> = {
  CreateNetworkInterface: { size: 100, refill: 5 },
  AttachNetworkInterface: { size: 50, refill: 5 },
  AssignPrivateIpAddresses: { size: 100, refill: 5 },
  AssignIpv6Addresses: { size: 100, refill: 5 },
  ModifyNetworkInterfaceAttribute: { size: 100, refill: 5 },
  DescribeInstanceTypes: reads,
  DescribeNetworkInterfaces: reads,
  DescribeSubnets: reads,
  GetSubnetCidrReservations: reads,
};

/**
 * How long a call that was throttled has to wait for its turn, in ms: until the calls ahead of it have gone through.
 * 0 where it is its turn, or nothing tells. An account may have larger buckets: this is no reason not to try first.
 */
export function untilTurn(action: string, pace: Pace | undefined, now: number): number {
  const bucket = buckets[action];
  if (bucket === undefined || pace === undefined) {
    return 0;
  }
  const waitMs = ((pace.ahead - bucket.size) / bucket.refill) * 1000;
  return Math.max(0, pace.since + waitMs - now);
}

/** Whether more calls of the action are to be made than EC2 lets through at once: one made in vain costs all of them. */
export function isScarce(action: string, pace: Pace | undefined): boolean {
  const bucket = buckets[action];
  return bucket !== undefined && pace !== undefined && pace.inAll > bucket.size;
}

/** How an instance's IMDS behaves; may be changed at any time. Times in ms. */
export interface ImdsOptions {
  /** False: everything is answered 403. */
  enabled: boolean;
  /** `optional` answers IMDSv1 requests, which carry no token, as well. */
  tokens: 'required' | 'optional';
  /** The instance's HttpPutResponseHopLimit; a token does not travel farther. */
  hopLimit: number;
  /** How many hops the client is away: 1 on the instance itself, 2 in a pod. */
  hops: number;
  /** So many of the next requests are answered 404, as right after boot. */
  notFoundNext: number;
  /** So many of the next connections are broken (reset, never `ECONNREFUSED`), as right after boot. */
  refuseNext: number;
  /** So many of the next requests are throttled. */
  throttleNext: number;
  /** So many of the next reads find that the time of their token is over: 401, and for all that have the same token. */
  expireTokenNext: number;
  latencyMs: number;
  /** An ENI's device-number reads 0 for so long after its attach. */
  deviceNumberMs: number;
  /** A detached MAC stays in the listing for so long, its keys 404. */
  lingerMs: number;
}

export const defaultImdsOptions: ImdsOptions = {
  enabled: true,
  tokens: 'required',
  hopLimit: 2,
  hops: 1,
  notFoundNext: 0,
  refuseNext: 0,
  throttleNext: 0,
  expireTokenNext: 0,
  latencyMs: 0,
  deviceNumberMs: 0,
  lingerMs: 0,
};

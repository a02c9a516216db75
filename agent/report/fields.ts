/**
 * What a line of the log may carry besides its message: the same names everywhere, and nowhere a place for
 * user data or credentials.
 */
export interface Fields {
  interface?: string | undefined;
  eni?: string | undefined;
  subnet?: string | undefined;
  address?: string | undefined;
  ipv6Address?: string | undefined;
  mac?: string | undefined;
  deviceIndex?: number | undefined;
  networkCard?: number | undefined;
  /** An EC2 action, `CreateNetworkInterface`. */
  action?: string | undefined;
  /** EC2's error code, or the connection's. */
  code?: string | undefined;
  ms?: number | undefined;
  attempt?: number | undefined;
}

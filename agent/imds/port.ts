/** This instance, as IMDS tells it. */
export interface Identity {
  instanceId: string;
  instanceType: string;
  zone: string;
  region: string;
  vpcId: string;
  /** The MAC of the primary ENI, lower case. */
  primaryMac: string;
  /** Of the account that owns the instance, and its ENIs. */
  accountId: string;
  /** `2026-11-21T18:03:05Z`, by EC2's clock; undefined where the identity document does not say. */
  launchedAt: string | undefined;
}

/** What the instance profile's role signs requests with, until `expiration`. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

export interface Imds {
  /**
   * Waits, within the signal, until IMDS answers: right after boot it may refuse the connection or say 404.
   * Throws a `Failure` (8) that says what came back when it is disabled (403) or never answers.
   */
  identity(signal: AbortSignal): Promise<Identity>;
  /** The user data's bytes, undefined if there is none. Ask for the identity first: only then does 404 mean that. */
  userData(signal: AbortSignal): Promise<Buffer | undefined>;
  /**
   * The addresses of this instance's ENI with that MAC, IPv4 and IPv6, as IMDS shows them: seconds behind EC2. One
   * attempt, within two seconds; undefined where IMDS does not answer, or does not know the ENI.
   */
  addresses(mac: string, signal: AbortSignal): Promise<string[] | undefined>;
  /** Throws a `Failure` (4) where the instance has no profile or its role cannot be assumed. */
  credentials(signal: AbortSignal): Promise<Credentials>;
}

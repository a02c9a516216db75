import type { Eni, Launch, Reservation, Subnet, TypeLimits } from '../claim/facts.ts';
import type { AddressClaim } from '../nodeport/claims.ts';

/** What was seen before anything is changed: all that the plan rests on. */
export interface Observation {
  instance: Instance;
  /**
   * Those of the configured subnets that EC2 shows, and those that have the configured tags; for NodePort addresses on
   * other ENIs, all of the VPC.
   */
  subnets: readonly Subnet[];
  /**
   * The ENIs in those subnets, those that `existing` selects, and those of this instance wherever they are; each
   * once.
   */
  enis: readonly Eni[];
  /** Whether there are more ENIs in the subnets than were listed. */
  isCut: boolean;
  reservations: readonly Reservation[];
  /** This instance and those launched about when it was; none where an earlier run had begun already. */
  launches: readonly Launch[];
  limits: TypeLimits;
  links: readonly ObservedLink[];
  /** What earlier runs were about to create. */
  intents: readonly OpenIntent[];
  /** Which ENIs made beforehand earlier runs were about to attach. */
  claims: readonly OpenClaim[];
  /** Which NodePort addresses earlier runs were about to assign. */
  addressClaims?: readonly AddressClaim[];
}

export interface Instance {
  instanceId: string;
  zone: string;
  region: string;
  vpcId: string;
  /** Lower case. */
  primaryMac: string;
}

export interface ObservedLink {
  name: string;
  /** Lower case. */
  mac: string;
  alternativeNames: readonly string[];
}

/** An intent of an earlier run to create an ENI, as far as the plan needs to know it. */
export interface OpenIntent {
  interface: string;
  subnetId: string;
  address?: string;
  ipv6Address?: string;
  eniId?: string;
  /** Lower case. */
  mac?: string;
  /** Milliseconds since it was written. */
  ageMs: number;
}

/** An intent of an earlier run to attach an ENI that was made beforehand. */
export interface OpenClaim {
  interface: string;
  eniId: string;
  /** Lower case. */
  mac: string;
}

import type { Eni, Reservation, Subnet, TypeLimits } from '../claim/facts.ts';

/** What was seen before anything is changed: all that the plan rests on. */
export interface Observation {
  instance: Instance;
  /** Those of the configured subnets that EC2 shows. */
  subnets: readonly Subnet[];
  /** The ENIs in those subnets, and those of this instance wherever they are; each once. */
  enis: readonly Eni[];
  reservations: readonly Reservation[];
  limits: TypeLimits;
  links: readonly ObservedLink[];
  intents: readonly OpenIntent[];
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

/** An intent of an earlier run, as far as the plan needs to know it. */
export interface OpenIntent {
  interface: string;
  subnetId: string;
  address?: string;
  eniId?: string;
  /** Lower case. */
  mac?: string;
  /** Milliseconds since it was written, by a wall clock that may have been set meanwhile. */
  ageMs: number;
}

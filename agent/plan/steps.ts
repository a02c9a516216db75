import type { Eni } from '../claim/facts.ts';
import type { IpVersion } from '../claim/free.ts';
import type { Range } from '../claim/range.ts';
import type { CreatedInterface, ExistingInterface, InterfaceConfig } from '../config/model.ts';
import type { OpenIntent } from './observation.ts';
import type { Queue } from './other-groups.ts';

/** How an address comes to be: claimed from these that look free, in order; of EC2's choice; or not at all. */
export type AddressChoice =
  | { mode: 'FirstFree'; free: readonly Range[]; queue: Queue }
  | { mode: 'Automatic' }
  | { mode: 'None' };

/** A subnet in which an ENI may be created. */
export interface SubnetChoice extends Readonly<Record<IpVersion, AddressChoice>> {
  subnetId: string;
  /** Whether EC2 gives an ENI an IPv6 address there unless the create says otherwise. */
  assignsIpv6: boolean;
  /** Whether more ENIs are there than were listed: then some of what looks free is not. */
  isCut: boolean;
}

/** What is to be created, where. */
export interface Creation {
  config: CreatedInterface;
  /** Those that the configuration lists, by id or by tags. */
  subnetIds: readonly string[];
  /** In the order in which to try them, one at least. */
  choices: readonly SubnetChoice[];
}

/** Where an interface's ENI comes from. */
export type Source =
  /** It is attached already. */
  | { kind: 'attached'; eni: Eni }
  /** An earlier run of this instance created it and did not attach it. */
  | { kind: 'adopt'; eni: Eni }
  /** An earlier run may have created it, but EC2 does not show it: the same create again tells. */
  | ({ kind: 'recover'; intent: OpenIntent } & Creation)
  | ({ kind: 'create' } & Creation)
  /**
   * It was made beforehand; these are available now. One that an earlier run of this instance had for this interface,
   * or was about to attach, comes first: listings may be behind an attach.
   */
  | { kind: 'claim'; config: ExistingInterface; available: readonly Eni[]; own: Eni | undefined };

/** One interface's way from what is there to what is wanted. */
export interface InterfacePlan {
  config: InterfaceConfig;
  source: Source;
  deviceIndex: number;
  /** The attached ENI's, else the configured one. */
  networkCard: number;
}

export interface Plan {
  interfaces: readonly InterfacePlan[];
  /** ENIs that this instance's earlier runs made, and nothing needs or uses. */
  surplus: readonly Eni[];
  /** ENIs made beforehand that bear this instance's tags, and are neither attached nor wanted. */
  unneeded: readonly Eni[];
  /**
   * What earlier runs may have created, unseen by EC2's listings, for interfaces that are not configured any more, or
   * are `existing` by now.
   */
  abandoned: readonly OpenIntent[];
  warnings: readonly string[];
}

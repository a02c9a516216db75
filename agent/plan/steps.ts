import type { Eni, Subnet } from '../claim/facts.ts';
import type { IpVersion } from '../claim/free.ts';
import type { Range } from '../claim/range.ts';
import type {
  CreatedInterface,
  ExistingInterface,
  InterfaceConfig,
  NodePortConfig,
} from '../config/model.ts';
import type { AddressClaim } from '../nodeport/claims.ts';
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
  /** The NodePort addresses there that the node is to carry, as candidate or holder. */
  floating: readonly string[];
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
   * It was made beforehand; these are available now, and in a subnet of its NodePort addresses. One that an earlier run of this instance had for this interface,
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

/** The NodePort addresses of one link, as far as they are known before its ENI is. */
export interface NodePortPlan {
  /** One of `interfaces[].name`, or the primary ENI's link. */
  name: string;
  isPrimary: boolean;
  /** Where it is known. */
  eni: Eni | undefined;
  /** Without the floating addresses that can never be moved. */
  entries: readonly NodePortConfig[];
  /** Of those, and of a mode of which nothing is where the ENI is, or is to be created. */
  warnings: readonly string[];
  /** In which the ENI is, or may come to be, and where some of the addresses are. */
  subnets: readonly Subnet[];
  /** Of these subnets all ENIs were listed. */
  listed: readonly string[];
  /** Of the ENIs that were seen, those that hold any of the addresses, without what is leaving. */
  holders: readonly Eni[];
  /** What is taken off this node's ENIs before; a listing that is behind shows it there still. */
  leaving: readonly AddressClaim[];
  /** Nodes of the group in this zone that were launched before this one. */
  ahead: readonly string[];
  /** Those of them that have yet to get the ENI for this interface. */
  booting: readonly string[];
}

export interface Plan {
  interfaces: readonly InterfacePlan[];
  nodePort: readonly NodePortPlan[];
  /** Addresses that earlier runs assigned and nothing wants any more. */
  unwanted: readonly AddressClaim[];
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

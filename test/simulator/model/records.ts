/** What the world holds. Records are never changed in place: a change is a new record, the old one is its past. */

import type { AddressPool } from './address-pool.ts';

export type Tags = Readonly<Record<string, string>>;

export interface Vpc {
  id: string;
  cidr: string;
  /** Undefined: it has no IPv6. */
  ipv6: Ipv6Cidr | undefined;
  ownerId: string;
  tags: Tags;
}

/** An IPv6 CIDR that a VPC or a subnet has, or is getting, or has had. */
export interface Ipv6Cidr {
  associationId: string;
  cidr: string;
  /** Only one that is `associated` has addresses to give. */
  state: 'associating' | 'associated' | 'disassociating' | 'disassociated' | 'failing' | 'failed';
}

export interface Subnet {
  id: string;
  vpcId: string;
  /** The IPv4 CIDR; undefined in an IPv6-only subnet. */
  cidr: string | undefined;
  ipv6Cidrs: readonly Ipv6Cidr[];
  /** Whether each new ENI gets an IPv6 address unless the call says otherwise; always so in an IPv6-only subnet. */
  assignIpv6OnCreation: boolean;
  zone: string;
  ownerId: string;
  tags: Tags;
  /** Of IPv4 addresses. */
  pool: AddressPool;
  ipv6Pool: AddressPool;
}

/** Whether the subnet is IPv6-only. */
export function isIpv6Native({ cidr }: Subnet): boolean {
  return cidr === undefined;
}

export interface SecurityGroup {
  id: string;
  name: string;
  vpcId: string;
  tags: Tags;
}

export interface Reservation {
  id: string;
  subnetId: string;
  cidr: string;
  type: 'explicit' | 'prefix';
  description: string;
}

export interface Attachment {
  id: string;
  /** Undefined where a service of AWS is attached. */
  instanceId: string | undefined;
  /** The instance's account, or the service. */
  instanceOwnerId: string;
  deviceIndex: number;
  networkCard: number;
  status: 'attaching' | 'attached' | 'detaching';
  deleteOnTermination: boolean;
  /** Whether the instance has the device. */
  device: boolean;
  /** On the world's clock. */
  at: number;
}

export interface Eni {
  id: string;
  subnetId: string;
  vpcId: string;
  zone: string;
  mac: string;
  description: string;
  /** An account id. */
  ownerId: string;
  requesterId: string;
  /** Made by a service of AWS: listed, but the account may not change it. */
  requesterManaged: boolean;
  /** Of another account in a shared VPC: it holds its addresses, and no listing shows it. */
  hidden: boolean;
  /** IPv4, the primary first; none in an IPv6-only subnet. */
  addresses: readonly string[];
  /** Delegated /28s. */
  prefixes: readonly string[];
  ipv6Addresses: readonly string[];
  /** Delegated /80s. */
  ipv6Prefixes: readonly string[];
  /** The one of its IPv6 addresses that stays for as long as the ENI lives. */
  primaryIpv6: string | undefined;
  securityGroups: readonly string[];
  sourceDestCheck: boolean;
  tags: Tags;
  attachment: Attachment | undefined;
  /** Just created: a pending ENI can be attached and deleted like an available one. */
  pending: boolean;
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Instance {
  id: string;
  type: string;
  state: InstanceState;
  subnetId: string;
  zone: string;
  launchIndex: number;
  /** The name of its IAM role; undefined: it has no instance profile. */
  role: string | undefined;
  userData: Uint8Array | undefined;
  tags: Tags;
  /** Whether IMDS shows its tags, whose keys are then more narrowly bounded. */
  metadataTags: boolean;
  /** On the world's clock. */
  launchedAt: number;
  /** Its kernel is dead, of which EC2 knows nothing: it goes on in its state. */
  crashed: boolean;
}

/** Whether the instance runs: it has devices, and asks IMDS. */
export function isUp({ state, crashed }: Instance): boolean {
  return !crashed && state !== 'stopped' && state !== 'terminated';
}

export function eniStatus(eni: Eni): string {
  if (eni.attachment !== undefined) {
    return 'in-use';
  }
  return eni.pending ? 'pending' : 'available';
}

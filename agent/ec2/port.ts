import type { Eni, Launch, NodeInstance, Reservation, Subnet, TypeLimits } from '../claim/facts.ts';

export interface CreateEni {
  subnetId: string;
  /** The primary IPv4 address to claim; undefined lets EC2 choose, where the subnet has an IPv4 CIDR. */
  address: string | undefined;
  /** The IPv6 address to claim. */
  ipv6Address: string | undefined;
  /** Instead: how many EC2 chooses; undefined leaves it to the subnet's AssignIpv6AddressOnCreation. */
  ipv6AddressCount: number | undefined;
  securityGroups: readonly string[];
  description: string;
  tags: Readonly<Record<string, string>>;
  /** At most 64 characters: a repeated create with the same token and parameters answers with the same ENI. */
  clientToken: string;
}

export interface AttachEni {
  eniId: string;
  instanceId: string;
  deviceIndex: number;
  networkCard: number;
}

/** Which subnets to list: by id, those that do not exist left out, or those of a VPC by all of their tags. */
export type SubnetQuery =
  | { ids: readonly string[] }
  | { vpcId: string; tags: Readonly<Record<string, string>> };

/** Which ENIs to list. All that is given must hold. */
export interface EniQuery {
  subnetIds?: readonly string[];
  vpcId?: string;
  zone?: string;
  /**
   * Any private address of the ENI, primary or secondary, all of one family; at most 190 in a request, and with a
   * subnet. Delegated prefixes are not found so.
   */
  addresses?: readonly string[];
  attachedTo?: string;
  /** An account id. */
  owner?: string;
  status?: 'available';
  tags?: Readonly<Record<string, string>>;
  /** By id: those that EC2 does not show (yet) are left out of the answer, and are not an error. */
  ids?: readonly string[];
}

/** Which launches to list: those of a VPC in these minutes or more, `2026-11-21T18:0*`. */
export interface LaunchQuery {
  vpcId: string;
  /** EC2's pattern for launch times. */
  times: readonly string[];
}

/**
 * Which instances to list, in whatever state: those that have an ENI in a subnet, and of them those that hold one of the
 * addresses (of one IP version), or those of a group (by a tag, or by reservation). A stopped instance has its ENIs
 * still, a terminated one none.
 */
export type NodeQuery = { subnetId: string } & (
  | { addresses: readonly string[] }
  | { tag: { key: string; value: string } }
  | { reservationId: string }
  /** At most 190 in a request. */
  | { eniIds: readonly string[] }
);

/** A page of a listing; `next` asks for the one after it. */
export interface EniPage {
  enis: Eni[];
  next: string | undefined;
}

/** An instance, as far as EC2 still shows it: for about an hour after its end. */
export interface InstanceState {
  instanceId: string;
  /** `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`. */
  state: string;
}

/**
 * The EC2 calls that the agent makes, each one request (a listing: one a page), with neither retry nor
 * deadline of its own. They throw `Ec2Error`, classified.
 */
export interface Ec2 {
  describeSubnets(query: SubnetQuery, signal?: AbortSignal): Promise<Subnet[]>;
  describeEnis(query: EniQuery, signal?: AbortSignal): Promise<Eni[]>;
  /** One page, of up to 1,000 ENIs: the first, or the one that the page before it named. */
  describeEniPage(query: EniQuery, next: string | undefined, signal?: AbortSignal): Promise<EniPage>;
  /** By id; those that are gone are left out. At most 190 in a request. */
  describeInstances(ids: readonly string[], signal?: AbortSignal): Promise<InstanceState[]>;
  describeNodes(query: NodeQuery, signal?: AbortSignal): Promise<NodeInstance[]>;
  /** Those that are `pending` or `running`. */
  describeLaunches(query: LaunchQuery, signal?: AbortSignal): Promise<Launch[]>;
  describeReservations(subnetId: string, signal?: AbortSignal): Promise<Reservation[]>;
  describeType(type: string, signal?: AbortSignal): Promise<TypeLimits>;
  createEni(request: CreateEni, signal?: AbortSignal): Promise<Eni>;
  /** Answers with the attachment's id. */
  attachEni(request: AttachEni, signal?: AbortSignal): Promise<string>;
  detachEni(attachmentId: string, signal?: AbortSignal): Promise<void>;
  deleteEni(eniId: string, signal?: AbortSignal): Promise<void>;
  setDeleteOnTermination(
    eniId: string,
    attachmentId: string,
    value: boolean,
    signal?: AbortSignal,
  ): Promise<void>;
  setSourceDestCheck(eniId: string, value: boolean, signal?: AbortSignal): Promise<void>;
  /** Gives the ENI a secondary private IPv4 address, or an IPv6 one, that nobody holds: it is never taken from anyone. */
  assignAddress(eniId: string, address: string, signal?: AbortSignal): Promise<void>;
  /** Takes it off this very ENI: `notHeld` if that does not hold it. */
  unassignAddress(eniId: string, address: string, signal?: AbortSignal): Promise<void>;
  /** Sets tags of an ENI or an instance, over those of the same keys. */
  createTags(resourceId: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
  /** Deletes those of the tags that have these very values: another's value under the same key stays. */
  deleteTags(resourceId: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
}

/** What an error of EC2 means for what to do next. */
export type ErrorClass =
  /** The address has an owner: go on to the next. */
  | 'taken'
  /** The ENI does not hold the address that was to be taken off it. */
  | 'notHeld'
  /** EC2 refuses this address by its nature (reserved, outside the subnet): go on to the next, it is never free. */
  | 'unusable'
  /** The subnet has no free address. */
  | 'full'
  /** Throttled: back off. */
  | 'throttled'
  /** 5xx, a lost or broken connection, a time-out: back off; the call may have taken effect. */
  | 'transient'
  /** No connection could be made at all (no route, refused, no such host): the call had no effect. */
  | 'unreachable'
  /** Not visible yet (an attachment: or gone), or the instance is not ready yet: wait, bounded, and look again. */
  | 'notYet'
  /** An instance id, ENI id, subnet or group that does not exist. */
  | 'notFound'
  /** The device index is taken on this card. */
  | 'indexTaken'
  /** The ENI is attached already: perhaps by our own first try. */
  | 'eniInUse'
  /** The client token was used with other parameters. */
  | 'tokenMismatch'
  /** IAM says no. */
  | 'notPermitted'
  /** No credentials could be had. */
  | 'noCredentials'
  /** A limit of the instance type or the account. */
  | 'limit'
  /** The clock is wrong: the request had expired, or the signature was not yet current. */
  | 'clock'
  /** EC2 understood and says the request is wrong. */
  | 'invalid';

/** An error of EC2, or on the way to it, with its class. */
export class Ec2Error extends Error {
  /** The API action, `CreateNetworkInterface`. */
  readonly action: string;
  readonly class: ErrorClass;
  /** EC2's code, `InvalidIPAddress.InUse`, or the connection's, `ECONNREFUSED`. */
  readonly code: string;

  constructor(
    action: string,
    errorClass: ErrorClass,
    code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'Ec2Error';
    this.action = action;
    this.class = errorClass;
    this.code = code;
  }
}

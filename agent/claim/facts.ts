/** What EC2 tells of a subnet and of the ENIs in it: the terms in which claim and plan think. */

export interface Subnet {
  id: string;
  vpcId: string;
  zone: string;
  /** The IPv4 CIDR, `10.0.4.0/24`; undefined in an IPv6-only subnet. */
  cidr: string | undefined;
  /** The IPv6 CIDRs, only those that are `associated`; none in an IPv4-only subnet. */
  ipv6Cidrs: string[];
  /** Whether EC2 gives each new ENI an IPv6 address unless the create says otherwise. */
  assignsIpv6: boolean;
  /** IPv4 addresses, in EC2's count. */
  availableAddresses: number;
  /** None in a subnet of another account, whose tags EC2 does not show. */
  tags: Readonly<Record<string, string>>;
}

/** A CIDR reservation: EC2 never assigns from an explicit one by itself, and delegates prefixes from the other. */
export interface Reservation {
  subnetId: string;
  cidr: string;
  type: 'explicit' | 'prefix';
}

export interface Attachment {
  id: string;
  /** Undefined where an AWS service (a load balancer, a NAT gateway) is attached. */
  instanceId: string | undefined;
  deviceIndex: number;
  networkCard: number;
  status: 'attaching' | 'attached' | 'detaching' | 'detached';
  deleteOnTermination: boolean;
}

export interface Eni {
  id: string;
  subnetId: string;
  vpcId: string;
  zone: string;
  /** Lower case, colons. */
  mac: string;
  /** `pending`, `available`, `associated`, `attaching`, `in-use`, `detaching`. */
  status: string;
  /** IPv4, the primary first; none in an IPv6-only subnet. */
  addresses: string[];
  ipv6Addresses: string[];
  /** Delegated /28s and, for IPv6, /80s. */
  prefixes: string[];
  securityGroups: string[];
  sourceDestCheck: boolean;
  tags: Readonly<Record<string, string>>;
  attachment: Attachment | undefined;
}

/** An instance that EC2 has launched lately and that is up, or coming up. */
export interface Launch {
  instanceId: string;
  zone: string;
  /** In ms since 1970, by EC2's clock, to the second. */
  launchedAt: number;
  /** Common to the instances of one request. */
  reservationId: string;
  tags: Readonly<Record<string, string>>;
  /** Those that are attached, or on their way to it; EC2 does not tell their tags here. */
  enis: Eni[];
}

/** An instance with its ENIs, as who watches a NodePort address needs to know it. */
export interface NodeInstance extends Launch {
  /** `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`. */
  state: string;
  /** The node's own: the primary ENI's primary private IPv4 address, without one its first IPv6 address. */
  nodeAddress: string | undefined;
}

/** What an instance type can carry: EC2's DescribeInstanceTypes, NetworkInfo. */
export interface TypeLimits {
  type: string;
  maximumInterfaces: number;
  /** By network card index. */
  cards: { index: number; maximumInterfaces: number }[];
  /** Of each IP version, how many addresses an ENI carries; delegated prefixes count, too. */
  addressesPerInterface: Readonly<Record<4 | 6, number>>;
}

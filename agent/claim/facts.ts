/** What EC2 tells of a subnet and of the ENIs in it: the terms in which claim and plan think. */

export interface Subnet {
  id: string;
  vpcId: string;
  zone: string;
  /** The IPv4 CIDR, `10.0.4.0/24`; undefined in an IPv6-only subnet. */
  cidr: string | undefined;
  availableAddresses: number;
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
  /** Lower case, colons. */
  mac: string;
  /** `pending`, `available`, `associated`, `attaching`, `in-use`, `detaching`. */
  status: string;
  /** The primary first. */
  addresses: string[];
  /** Delegated /28s. */
  prefixes: string[];
  securityGroups: string[];
  sourceDestCheck: boolean;
  tags: Readonly<Record<string, string>>;
  attachment: Attachment | undefined;
}

/** What an instance type can carry: EC2's DescribeInstanceTypes, NetworkInfo. */
export interface TypeLimits {
  type: string;
  maximumInterfaces: number;
  /** By network card index. */
  cards: { index: number; maximumInterfaces: number }[];
}

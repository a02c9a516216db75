/** What of EC2 may differ from one test to the next. Times are in milliseconds. */
export interface Settings {
  account: string;
  region: string;
  /** Wall-clock time at the clock's zero, in ms since 1970. */
  epoch: number;
  /** A change is seen by listings, and by calls that name the ENI, this much later. */
  consistencyMs: number;
  /** A change is seen by IMDS this much later. */
  imdsLagMs: number;
  /** An address that an ENI is given, or loses, is seen by IMDS this much later still. */
  imdsAddressesMs: number;
  /** The VPC delivers an address's packets by EC2's record this much later, from–to: drawn for each change. */
  convergenceMs: readonly [number, number];
  /** An ENI that has been created is `available` after this. */
  createMs: number;
  /** `attaching` becomes `attached` after this. */
  attachMs: number;
  /** The device appears in the instance this long after the call that attaches. */
  deviceMs: number;
  /** `detaching` becomes `available` after this. */
  detachMs: number;
  /** An instance launched as `pending` is `running` after this. */
  pendingMs: number;
  /** A stopped instance is `stopping` for so long, and up. */
  stoppingMs: number;
  /** A terminated instance is `shutting-down` for so long, and up, and has its ENIs. */
  shuttingDownMs: number;
  /** A terminated instance is shown for about this long, then it is gone. */
  terminatedMs: number;
  /** The most ENIs of the account in the Region. */
  eniQuota: number;
  /** The most security groups of an ENI; an account can have it raised to 16. */
  groupsPerEni: number;
  /** With more ENIs than this, a listing without ids and without MaxResults is refused. */
  unpaginatedLimit: number;
  /** A client token is remembered for this long; its ENI may be long gone. */
  tokenMs: number;
  quirks: Quirks;
}

/** Where EC2's behaviour is not documented: both readings can be tested. */
export interface Quirks {
  /** A client token whose ENI has been deleted. */
  deadToken: 'answersWithDeadEni' | 'createsAnew';
  /** Naming a single address that lies in a reservation for prefixes. */
  addressInPrefixReservation: 'refused' | 'allowed';
  /** AttachNetworkInterface without NetworkCardIndex, where another network card has an ENI at that index. */
  missingNetworkCard: 'refused' | 'cardZero';
  /** Assigning an address to the ENI that has it. */
  assignOwnAddress: 'accepted' | 'refused';
  /** The error for an IPv6 address that has an owner; `%s` in its message stands for the addresses. */
  ipv6Taken: { code: string; message: string };
  /** The error for an IPv6 address that is not on the ENI; `%s` in its message stands for the ENI. */
  ipv6NotHeld: { code: string; message: string };
  /** When the VPC stops delivering to an ENI that an address was taken off. */
  unassigned: 'later' | 'atOnce';
  /** An ENI in an IPv6-only subnet that is to have no IPv6 address, nor a prefix. */
  ipv6OnlyWithoutAddress: 'refused' | 'accepted';
  /** A request whose date is too far off: EC2 answers as if the keys were wrong, as a rule. */
  clockSkew: 'AuthFailure' | 'RequestExpired';
  /** The error of an attach to an instance in another zone. */
  attachAcrossZones: { code: string; message: string };
}

/**
 * Every delay is 0, but for the end of `pending` and the VPC's convergence: a test asks for EC2's slowness where it
 * matters.
 */
export const defaultSettings: Settings = {
  account: '123456789012',
  region: 'us-east-1',
  epoch: Date.UTC(2026, 0, 1),
  consistencyMs: 0,
  imdsLagMs: 0,
  imdsAddressesMs: 0,
  convergenceMs: [800, 1600],
  createMs: 0,
  attachMs: 0,
  deviceMs: 0,
  detachMs: 0,
  pendingMs: 2000,
  stoppingMs: 0,
  shuttingDownMs: 0,
  terminatedMs: 3_600_000,
  eniQuota: 5000,
  groupsPerEni: 5,
  unpaginatedLimit: 1000,
  tokenMs: Number.POSITIVE_INFINITY,
  quirks: {
    deadToken: 'answersWithDeadEni',
    addressInPrefixReservation: 'refused',
    missingNetworkCard: 'refused',
    assignOwnAddress: 'accepted',
    /** The less helpful reading: it leaves open which of several addresses it was, and of which family. */
    ipv6Taken: { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' },
    ipv6NotHeld: {
      code: 'InvalidParameterValue',
      message: 'Some of the specified addresses are not assigned to interface %s',
    },
    unassigned: 'later',
    ipv6OnlyWithoutAddress: 'refused',
    clockSkew: 'AuthFailure',
    attachAcrossZones: {
      code: 'InvalidParameterCombination',
      message:
        'You may not attach a network interface to an instance if they are not in the same availability zone',
    },
  },
};

/** The network side of an instance type, as DescribeInstanceTypes tells it (NetworkInfo). */
export interface InstanceType {
  name: string;
  addressesPerInterface: number;
  /** 0: it has no IPv6. */
  ipv6AddressesPerInterface: number;
  /** The most ENIs on each network card, by card index. */
  cards: readonly number[];
  architecture: 'x86_64' | 'arm64';
}

/** On Xen; all others are on Nitro. */
const withoutIpv6 = new Set(['m3.medium']);

function type(
  name: string,
  cards: readonly number[],
  addressesPerInterface: number,
  architecture: InstanceType['architecture'] = 'x86_64',
): [string, InstanceType] {
  return [
    name,
    {
      name,
      cards,
      addressesPerInterface,
      ipv6AddressesPerInterface: withoutIpv6.has(name) ? 0 : addressesPerInterface,
      architecture,
    },
  ];
}

/** Real types with their real limits: small and large, one network card and many. */
export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map([
  type('t3.micro', [2], 2),
  type('m3.medium', [2], 6),
  type('t3.small', [3], 4),
  type('t3.medium', [3], 6),
  type('m6g.medium', [2], 4, 'arm64'),
  type('m6g.large', [3], 10, 'arm64'),
  type('m5.large', [3], 10),
  type('m5.xlarge', [4], 15),
  type('m5.2xlarge', [4], 15),
  type('m5.4xlarge', [8], 30),
  type('m5.24xlarge', [15], 50),
  type('c5.large', [3], 10),
  type('c5n.18xlarge', [15], 50),
  type('c6in.32xlarge', [8, 8], 50),
  type('m6in.32xlarge', [8, 8], 50),
  type('p4d.24xlarge', [15, 15, 15, 15], 50),
  type('p5.48xlarge', Array<number>(32).fill(2), 50),
  type('trn1.32xlarge', Array<number>(8).fill(5), 50),
]);

export function maximumInterfaces(type: InstanceType): number {
  return type.cards.reduce((sum, card) => sum + card, 0);
}

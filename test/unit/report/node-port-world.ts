/** What the tests of NodePort reports are about: two nodes, of which the other holds a floating address. */
import type { NodeInstance } from '../../../agent/claim/facts.ts';
import type { NodePortSetup } from '../../../agent/nodeport/setup.ts';
import type { AddressState } from '../../../agent/nodeport/state.ts';

export const setup: NodePortSetup = {
  instanceId: 'i-1',
  links: [
    {
      name: 'eth1',
      mac: '0a:00:00:00:00:01',
      eniId: 'eni-1',
      subnetId: 'subnet-1',
      cidrs: ['10.0.4.0/24', '2600:1f18:1:4::/64'],
      isPrimary: false,
      addresses: [
        { address: '10.0.4.201', mode: 'Floating', probePort: 30080 },
        { address: '2600:1f18:1:4::201', mode: 'PerNode' },
      ],
    },
  ],
};

export const state: AddressState = {
  address: '10.0.4.201',
  interface: 'eth1',
  role: 'candidate',
  holder: {
    eniId: 'eni-2',
    instanceId: 'i-2',
    nodeAddress: '10.0.0.12',
    instanceState: 'running',
    since: '2026-11-21T18:03:05.000Z',
  },
  moves: [
    {
      at: '2026-11-21T18:03:05.000Z',
      from: 'i-3',
      to: 'i-2',
      how: 'seen',
      why: 'EC2 shows it at i-2',
    },
    { at: '2026-11-21T17:00:00.000Z', from: undefined, to: 'i-3', how: 'claimed', why: 'nobody held it' },
  ],
  candidates: [
    { instanceId: 'i-1', eniId: 'eni-1', nodeAddress: '10.0.0.11' },
    { instanceId: 'i-4', eniId: 'eni-4', nodeAddress: undefined },
  ],
  probes: [
    { kind: 'icmp', everAnswered: true, misses: 0 },
    { kind: 'tcp', everAnswered: false, misses: 12 },
  ],
  held: 'its gateway does not answer ARP',
  heldBy: 'router',
  seenAt: '2026-11-21T18:10:00.000Z',
};

/** An instance with one ENI in the subnet of `setup`, and these addresses on it. */
export function holding(
  instanceId: string,
  eniId: string,
  addresses: readonly string[],
  ipv6Addresses: readonly string[] = [],
): NodeInstance {
  return {
    instanceId,
    zone: 'eu-west-1a',
    launchedAt: 0,
    reservationId: 'r-1',
    tags: {},
    state: 'running',
    nodeAddress: '10.0.0.12',
    enis: [
      {
        id: eniId,
        subnetId: 'subnet-1',
        vpcId: 'vpc-1',
        zone: 'eu-west-1a',
        mac: '0a:00:00:00:00:02',
        status: 'in-use',
        addresses: [...addresses],
        ipv6Addresses: [...ipv6Addresses],
        prefixes: [],
        securityGroups: [],
        sourceDestCheck: true,
        tags: {},
        attachment: undefined,
      },
    ],
  };
}

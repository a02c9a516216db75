import type { Eni, Subnet, TypeLimits } from '../../agent/claim/facts.ts';
import type { CreatedInterface, ExistingInterface, NodeConfig } from '../../agent/config/model.ts';
import type { Observation } from '../../agent/plan/observation.ts';

/** EC2's facts for tests of pure code: whole values, with what a test is about given. */
export function subnet<T extends Partial<Subnet>>(given: T): Subnet & T & { cidr: string } {
  return {
    id: 'subnet-11111111',
    vpcId: 'vpc-11111111',
    zone: 'eu-west-1a',
    cidr: '10.0.4.0/24',
    ipv6Cidrs: [],
    assignsIpv6: false,
    availableAddresses: 251,
    tags: {},
    ...given,
  };
}

let serial = 0;

export function eni(given: Partial<Eni>): Eni {
  serial += 1;
  const hex = serial.toString(16).padStart(8, '0');
  return {
    id: `eni-${hex}`,
    subnetId: 'subnet-11111111',
    vpcId: 'vpc-11111111',
    zone: 'eu-west-1a',
    mac: `0a:00:${hex.replace(/(..)(?=.)/g, '$1:')}`,
    status: 'available',
    addresses: [],
    ipv6Addresses: [],
    prefixes: [],
    securityGroups: ['sg-11111111'],
    sourceDestCheck: true,
    tags: {},
    attachment: undefined,
    ...given,
  };
}

export const instanceId = 'i-0123456789abcdef0';

/** An ENI that is attached to the instance. */
export function attached(deviceIndex: number, given: Partial<Eni> = {}, networkCard = 0): Eni {
  const attachment = {
    id: `eni-attach-${networkCard}${deviceIndex}`,
    instanceId,
    deviceIndex,
    networkCard,
    status: 'attached' as const,
    deleteOnTermination: true,
  };
  return eni({ status: 'in-use', attachment, ...given });
}

/** The tags of an ENI that an earlier run on the instance created for the interface. */
export function ownTags(name: string): Record<string, string> {
  return {
    'node.k8s.amazonaws.com/no_manage': 'true',
    'multus-bootstrap.io/instance-id': instanceId,
    'multus-bootstrap.io/interface': name,
    'multus-bootstrap.io/created': 'true',
  };
}

/** The user's ENI, as `existingInterface` selects it. */
export function made(given: Partial<Eni> = {}): Eni {
  return eni({ tags: { multus: 'true' }, addresses: ['10.0.7.7'], subnetId: 'subnet-77777777', ...given });
}

/** The tags of an ENI made beforehand that an earlier run on the instance claimed for the interface. */
export function claimedTags(name: string, id = instanceId): Record<string, string> {
  return {
    multus: 'true',
    'node.k8s.amazonaws.com/no_manage': 'true',
    'multus-bootstrap.io/instance-id': id,
    'multus-bootstrap.io/interface': name,
    'multus-bootstrap.io/existing': 'true',
  };
}

export function interfaceConfig(given: Partial<CreatedInterface> = {}): CreatedInterface {
  return {
    name: 'eth1',
    existing: undefined,
    subnets: ['subnet-11111111'],
    subnetTags: undefined,
    securityGroups: ['sg-11111111'],
    ipv4: { mode: 'FirstFree', within: [], podRange: [] },
    ipv6: { mode: 'None', within: [], podRange: [] },
    networkCard: 0,
    sourceDestCheck: true,
    deleteOnTermination: true,
    mtu: 9001,
    tags: {},
    ...given,
  };
}

/** An interface whose ENI was made beforehand, with the tag `multus=true`. */
export function existingInterface(given: Partial<ExistingInterface> = {}): ExistingInterface {
  return {
    name: 'eth1',
    existing: { tags: { multus: 'true' }, waitMs: 0 },
    networkCard: 0,
    sourceDestCheck: undefined,
    deleteOnTermination: undefined,
    mtu: 9001,
    ...given,
  };
}

export function nodeConfig(...interfaces: Partial<CreatedInterface>[]): NodeConfig {
  return {
    cluster: undefined,
    timeoutMs: 600_000,
    failurePolicy: 'Block',
    interfaces: interfaces.map(interfaceConfig),
    nodePort: [],
    metricsPort: undefined,
    instanceTags: {},
    labels: {},
    maxPods: 'Adjust',
  };
}

export const limits: TypeLimits = {
  type: 'm5.xlarge',
  maximumInterfaces: 4,
  cards: [{ index: 0, maximumInterfaces: 4 }],
  addressesPerInterface: { 4: 15, 6: 15 },
};

const primaryMac = '0a:ff:00:00:00:01';

export function observation(given: Partial<Observation> = {}): Observation {
  return {
    instance: { instanceId, zone: 'eu-west-1a', region: 'eu-west-1', vpcId: 'vpc-11111111', primaryMac },
    subnets: [subnet({})],
    enis: [attached(0, { mac: primaryMac, subnetId: 'subnet-99999999' })],
    isCut: false,
    launches: [],
    reservations: [],
    limits,
    links: [
      { name: 'lo', mac: '00:00:00:00:00:00', alternativeNames: [] },
      { name: 'ens5', mac: primaryMac, alternativeNames: ['enp0s5'] },
    ],
    intents: [],
    claims: [],
    ...given,
  };
}

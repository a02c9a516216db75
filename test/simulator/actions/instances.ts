import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, texts } from '../api/params.ts';
import type { Answer } from '../http/xml.ts';
import { ApiError, invalidParameter } from '../model/api-error.ts';
import { findAll } from '../model/ids.ts';
import { type InstanceType, instanceTypes, maximumInterfaces } from '../model/instance-types.ts';
import { privateDnsName, resourceDnsName } from '../model/naming.ts';
import type { Eni, Instance } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { eniAnswer } from './eni-answer.ts';
import { networkInterfaceFilters } from './eni-filters.ts';
import { securityGroupSet, tagSet } from './rendering.ts';

const stateCodes: Record<Instance['state'], number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export const describeInstances: Action = {
  parameters: ['InstanceId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate<Instance>(params, {
      'instance-id': (instance) => [instance.id],
      'instance-type': (instance) => [instance.type],
      'instance-state-code': (instance) => [String(stateCodes[instance.state])],
      'instance-state-name': (instance) => [instance.state],
      'availability-zone': (instance) => [instance.zone],
      'launch-time': (instance) => [launchTime(world, instance)],
      'reservation-id': (instance) => [reservationId(instance)],
      'subnet-id': (instance) => [instance.subnetId],
      'vpc-id': (instance) => [world.subnets.get(instance.subnetId)?.vpcId ?? ''],
      'private-ip-address': (instance) => primaryOf(world, instance)?.addresses.slice(0, 1) ?? [],
      'ipv6-address': (instance) => primaryOf(world, instance)?.ipv6Addresses ?? [],
      'private-dns-name': (instance) => {
        const primary = primaryOf(world, instance);
        return primary === undefined ? [] : [dnsName(world, instance, primary)];
      },
      ...networkInterfaceFilters(world),
    });
    const { items, nextToken } = page(() => chosen(world, params).filter(matches), params, {
      minimum: 5,
      maximum: 1000,
      ids: 'InstanceId',
    });
    return {
      reservationSet: items.map((instance) => ({
        reservationId: reservationId(instance),
        ownerId: world.settings.account,
        groupSet: [],
        instancesSet: [instanceAnswer(world, instance)],
      })),
      nextToken,
    };
  },
};

const imageId = 'ami-0123456789abcdef0';

function reservationId({ id }: Instance): string {
  return id.replace(/^i-/, 'r-');
}

/** Records never change: a fleet's listings answer for the same ones again and again. */
const launchTimes = new WeakMap<Instance, string>();

/** To the second, as EC2 has it. */
function launchTime(world: World, instance: Instance): string {
  const known = launchTimes.get(instance);
  if (known !== undefined) {
    return known;
  }
  const ms = world.wallClock(instance.launchedAt).getTime();
  const time = new Date(Math.floor(ms / 1000) * 1000).toISOString();
  launchTimes.set(instance, time);
  return time;
}

function chosen(world: World, params: Params): Instance[] {
  const ids = texts(params, 'InstanceId');
  const shown = ({ launchedAt }: Instance) => launchedAt + world.settings.consistencyMs <= world.clock.now();
  if (ids.length === 0) {
    return [...world.instances.values()].filter(shown);
  }
  return findAll('i', ids, (id) => {
    const instance = world.instances.get(id);
    return instance !== undefined && shown(instance) ? instance : undefined;
  });
}

function primaryOf(world: World, instance: Instance): Eni | undefined {
  return primaryAmong(world.store.visiblyAttachedEnis(instance.id));
}

function primaryAmong(enis: readonly Eni[]): Eni | undefined {
  return enis.find(({ attachment }) => attachment?.deviceIndex === 0 && attachment.networkCard === 0);
}

const answers = new WeakMap<Instance, { enis: readonly Eni[]; answer: Answer }>();

function instanceAnswer(world: World, instance: Instance): Answer {
  const enis = world.store.visiblyAttachedEnis(instance.id);
  const known = answers.get(instance);
  if (known?.enis.length === enis.length && enis.every((eni, i) => eni === known.enis[i])) {
    return known.answer;
  }
  const answer = newAnswer(world, instance, enis);
  answers.set(instance, { enis, answer });
  return answer;
}

function newAnswer(world: World, instance: Instance, enis: readonly Eni[]): Answer {
  const primary = primaryAmong(enis);
  return {
    instanceId: instance.id,
    imageId,
    instanceState: { code: stateCodes[instance.state], name: instance.state },
    instanceType: instance.type,
    amiLaunchIndex: instance.launchIndex,
    launchTime: launchTime(world, instance),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    subnetId: primary?.subnetId,
    vpcId: primary?.vpcId,
    privateIpAddress: primary?.addresses[0],
    ipv6Address: primary?.primaryIpv6 ?? primary?.ipv6Addresses[0],
    privateDnsName: primary === undefined ? '' : dnsName(world, instance, primary),
    sourceDestCheck: primary?.sourceDestCheck,
    groupSet: primary === undefined ? [] : securityGroupSet(world, primary.securityGroups),
    networkInterfaceSet: enis.map((eni) => eniAnswer(world, eni)),
    tagSet: tagSet(instance.tags),
  };
}

function dnsName(world: World, instance: Instance, primary: Eni): string {
  const { region } = world.settings;
  const [address] = primary.addresses;
  return address === undefined ? resourceDnsName(region, instance.id) : privateDnsName(region, address);
}

export const describeInstanceTypes: Action = {
  parameters: ['InstanceType', 'Filter', 'MaxResults', 'NextToken'],
  run(_world, params) {
    const names = texts(params, 'InstanceType');
    const unknown = names.filter((name) => !instanceTypes.has(name));
    if (unknown.length > 0) {
      throw new ApiError(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    }
    if (names.length > 100) {
      throw invalidParameter('At most 100 instance types may be named');
    }
    const all = [...instanceTypes.values()]
      .filter((type) => names.length === 0 || names.includes(type.name))
      .map((type) => ({ ...type, id: type.name, tags: {} }));
    const matches = filterPredicate<(typeof all)[number]>(params, {
      'instance-type': (type) => [type.name],
      'network-info.ipv6-supported': (type) => [String(type.ipv6AddressesPerInterface > 0)],
      'network-info.maximum-network-interfaces': (type) => [String(maximumInterfaces(type))],
      'processor-info.supported-architecture': (type) => [type.architecture],
    });
    const rules = { minimum: 5, maximum: 100, ids: 'InstanceType' };
    const { items, nextToken } = page(() => all.filter(matches), params, rules);
    return { instanceTypeSet: items.map(typeAnswer), nextToken };
  },
};

function typeAnswer(type: InstanceType): Answer {
  return {
    instanceType: type.name,
    currentGeneration: true,
    hypervisor: type.ipv6AddressesPerInterface > 0 ? 'nitro' : 'xen',
    bareMetal: false,
    processorInfo: { supportedArchitectures: [type.architecture] },
    networkInfo: {
      maximumNetworkInterfaces: maximumInterfaces(type),
      maximumNetworkCards: type.cards.length,
      defaultNetworkCardIndex: 0,
      networkCards: type.cards.map((maximumNetworkInterfaces, networkCardIndex) => ({
        networkCardIndex,
        maximumNetworkInterfaces,
      })),
      ipv4AddressesPerInterface: type.addressesPerInterface,
      ipv6AddressesPerInterface: type.ipv6AddressesPerInterface,
      ipv6Supported: type.ipv6AddressesPerInterface > 0,
      enaSupport: type.ipv6AddressesPerInterface > 0 ? 'required' : 'unsupported',
    },
  };
}

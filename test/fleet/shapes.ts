import type { Eni, Launch, NodeInstance, Reservation, Subnet, TypeLimits } from '../../agent/claim/facts.ts';
import type { InstanceType } from '../simulator/model/instance-types.ts';
import { maximumInterfaces } from '../simulator/model/instance-types.ts';
import {
  type Eni as EniRecord,
  eniStatus,
  type Instance,
  type Reservation as ReservationRecord,
  type Subnet as SubnetRecord,
} from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';

/** Records never change: what was read from one can be read again. */
const known = new WeakMap<EniRecord, Eni>();

/** The simulator's records as the agent reads them in EC2's answers. */
export function toEni(record: EniRecord): Eni {
  const before = known.get(record);
  if (before !== undefined) {
    return before;
  }
  const { attachment } = record;
  const eni: Eni = {
    id: record.id,
    subnetId: record.subnetId,
    vpcId: record.vpcId,
    zone: record.zone,
    mac: record.mac,
    status: eniStatus(record),
    addresses: [...record.addresses],
    ipv6Addresses: [...record.ipv6Addresses],
    prefixes: [...record.prefixes, ...record.ipv6Prefixes],
    securityGroups: [...record.securityGroups],
    sourceDestCheck: record.sourceDestCheck,
    tags: record.tags,
    attachment: attachment && {
      id: attachment.id,
      instanceId: attachment.instanceId,
      deviceIndex: attachment.deviceIndex,
      networkCard: attachment.networkCard,
      status: attachment.status,
      deleteOnTermination: attachment.deleteOnTermination,
    },
  };
  known.set(record, eni);
  return eni;
}

export function toSubnet(record: SubnetRecord): Subnet {
  return {
    id: record.id,
    vpcId: record.vpcId,
    zone: record.zone,
    cidr: record.cidr,
    ipv6Cidrs: record.ipv6Cidrs.filter(({ state }) => state === 'associated').map(({ cidr }) => cidr),
    assignsIpv6: record.assignIpv6OnCreation,
    availableAddresses: record.pool.available,
    tags: record.tags,
  };
}

export function toReservation({ subnetId, cidr, type }: ReservationRecord): Reservation {
  return { subnetId, cidr, type };
}

export function toLimits(type: InstanceType): TypeLimits {
  return {
    type: type.name,
    maximumInterfaces: maximumInterfaces(type),
    cards: type.cards.map((maximum, index) => ({ index, maximumInterfaces: maximum })),
    addressesPerInterface: { 4: type.addressesPerInterface, 6: type.ipv6AddressesPerInterface },
  };
}

const launches = new WeakMap<Instance, { records: readonly EniRecord[]; launch: Launch }>();

/** An instance as a listing of the launches shows it. */
export function toLaunch(world: World, instance: Instance): Launch {
  const records = world.store.visiblyAttachedEnis(instance.id);
  const before = launches.get(instance);
  if (before?.records.length === records.length && records.every((each, i) => each === before.records[i])) {
    return before.launch;
  }
  const launch: Launch = {
    instanceId: instance.id,
    zone: instance.zone,
    launchedAt: Math.floor((world.settings.epoch + instance.launchedAt) / 1000) * 1000,
    reservationId: instance.id.replace(/^i-/, 'r-'),
    tags: instance.tags,
    // The tags of its ENIs EC2 does not tell with an instance.
    enis: records.map((record) => ({ ...toEni(record), tags: {} })),
  };
  launches.set(instance, { records, launch });
  return launch;
}

/** An instance as a listing of nodes shows it. */
export function toNodeInstance(world: World, instance: Instance): NodeInstance {
  const primary = world.store
    .visiblyAttachedEnis(instance.id)
    .find(({ attachment }) => attachment?.deviceIndex === 0 && attachment.networkCard === 0);
  return {
    ...toLaunch(world, instance),
    state: instance.state,
    nodeAddress: primary?.addresses[0] ?? primary?.ipv6Addresses[0],
  };
}

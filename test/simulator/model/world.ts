import type { Clock } from '../../../agent/clock.ts';
import { AddressPool } from './address-pool.ts';
import { Agenda } from './agenda.ts';
import { EniStore } from './eni-store.ts';
import { type EniRequest, presentEni, removeEni } from './enis.ts';
import { idOf, notFound } from './ids.ts';
import { type LaunchRequest, launch, startInstance, stopInstance, terminateInstance } from './instances.ts';
import { formatCidr, ipv4, ipv6, parseCidr } from './ip.ts';
import { networkRange, subnetIpv6Range, subnetRange, vpcIpv6Range } from './layout.ts';
import { Random } from './random.ts';
import type { Eni, Instance, Ipv6Cidr, Reservation, SecurityGroup, Subnet, Tags, Vpc } from './records.ts';
import { addReservation } from './reservations.ts';
import { defaultSettings, type Quirks, type Settings } from './settings.ts';

/** What happens in the world, for whoever plays the hardware. */
export type WorldEvent =
  | { kind: 'detached' | 'deviceAdded' | 'deviceRemoved'; eni: Eni; instance: Instance }
  | { kind: 'deleted'; eni: Eni };

export interface WorldOptions extends Partial<Omit<Settings, 'quirks'>> {
  clock: Clock;
  seed?: number;
  quirks?: Partial<Quirks>;
}

export interface SubnetRequest {
  id?: string;
  vpcId: string;
  /** The IPv4 CIDR; without it the subnet is IPv6-only. */
  cidr?: string;
  /** A CIDR alone is `associated`. */
  ipv6Cidrs?: readonly (string | Pick<Ipv6Cidr, 'cidr' | 'state'>)[];
  assignIpv6OnCreation?: boolean;
  zone: string;
  tags?: Tags;
  /** An account id. */
  owner?: string;
}

/**
 * EC2's network side in one Region: the truth that the API shows. It has no HTTP, no timers and no clock but the
 * one it is handed, so that a simulation can drive it through virtual time. Call `settle` before looking.
 */
export class World {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly agenda = new Agenda();
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly instances = new Map<string, Instance>();
  readonly tokens = new Map<string, { fingerprint: string; eni: Eni; at: number }>();
  onEvent: (event: WorldEvent) => void = () => {};
  readonly store: EniStore;

  constructor(options: WorldOptions) {
    const { clock, seed, quirks, ...settings } = options;
    this.clock = clock;
    this.random = new Random(seed ?? 1);
    this.settings = { ...defaultSettings, ...settings, quirks: { ...defaultSettings.quirks, ...quirks } };
    this.store = new EniStore(this.clock, this.agenda, this.settings);
  }

  /** Lets everything happen that is due. */
  settle(): void {
    this.agenda.runDue(this.clock.now());
  }

  after(ms: number, run: () => void): void {
    if (ms <= 0) {
      run();
    } else {
      this.agenda.add(this.clock.now() + ms, run);
    }
  }

  wallClock(at = this.clock.now()): Date {
    return new Date(this.settings.epoch + at);
  }

  addVpc(vpc: { id?: string; cidr: string; ipv6Cidr?: string; tags?: Tags }): Vpc {
    networkRange(vpc.cidr);
    if (vpc.ipv6Cidr !== undefined) {
      vpcIpv6Range(vpc.ipv6Cidr);
    }
    const added: Vpc = {
      id: this.newId('vpc', vpc.id),
      cidr: vpc.cidr,
      ipv6: vpc.ipv6Cidr === undefined ? undefined : this.#ipv6Cidr('vpc', vpc.ipv6Cidr),
      ownerId: this.settings.account,
      tags: vpc.tags ?? {},
    };
    this.vpcs.set(added.id, added);
    this.addSecurityGroup({ vpcId: added.id, name: 'default' });
    return added;
  }

  /** One of another `owner` is shared with this account, which does not see its owner's tags. */
  addSubnet(subnet: SubnetRequest): Subnet {
    const { vpcId, cidr, zone, tags = {}, owner = this.settings.account } = subnet;
    const vpc = this.#vpc(vpcId);
    const ipv6Cidrs = (subnet.ipv6Cidrs ?? []).map((each) => this.#ipv6Cidr('subnet', each));
    const assignIpv6OnCreation = subnet.assignIpv6OnCreation ?? cidr === undefined;
    refuseImpossibleSubnet(cidr, ipv6Cidrs, assignIpv6OnCreation);
    const associated = ipv6Cidrs.filter((each) => each.state === 'associated').map((each) => each.cidr);
    const added: Subnet = {
      id: this.newId('subnet', subnet.id),
      vpcId,
      cidr,
      ipv6Cidrs,
      assignIpv6OnCreation,
      zone,
      ownerId: owner,
      tags: owner === this.settings.account ? tags : {},
      pool: new AddressPool(ipv4, cidr === undefined ? [] : [subnetRange(vpc, this.subnets.values(), cidr)]),
      ipv6Pool: new AddressPool(
        ipv6,
        associated.map((each) => subnetIpv6Range(vpc, this.subnets.values(), each)),
      ),
    };
    this.subnets.set(added.id, added);
    return added;
  }

  addSecurityGroup(group: { id?: string; vpcId: string; name?: string; tags?: Tags }): SecurityGroup {
    const id = this.newId('sg', group.id);
    const added: SecurityGroup = {
      id,
      name: group.name ?? id,
      vpcId: this.#vpc(group.vpcId).id,
      tags: group.tags ?? {},
    };
    this.securityGroups.set(id, added);
    return added;
  }

  addReservation(reservation: { subnetId: string; cidr: string; type: 'explicit' | 'prefix' }): Reservation {
    return addReservation(this, { description: '', ...reservation });
  }

  /** An ENI that was there before: a pod's, a neighbour's of another account (`hidden`), an AWS service's. */
  addEni(request: EniRequest): Eni {
    return presentEni(this, request);
  }

  launch(request: LaunchRequest): Instance {
    return launch(this, request);
  }

  terminate(instanceId: string): void {
    terminateInstance(this, instanceId);
  }

  stop(instanceId: string): void {
    stopInstance(this, instanceId);
  }

  start(instanceId: string): void {
    startInstance(this, instanceId);
  }

  /** Someone else deletes the ENI, whatever its state. */
  deleteEni(eniId: string): void {
    removeEni(this, this.store.eni(eniId));
  }

  /** Throws EC2's error for an id that is not there, as does `instance`. */
  subnet(id: string): Subnet {
    const subnet = this.subnets.get(id);
    if (subnet === undefined) {
      throw notFound('subnet', id);
    }
    return subnet;
  }

  instance(id: string): Instance {
    const instance = this.instances.get(id);
    if (instance === undefined) {
      throw notFound('i', id);
    }
    return instance;
  }

  /** Every ENI there is in truth, the hidden ones included. */
  get enis(): Eni[] {
    return this.store.all();
  }

  #ipv6Cidr(kind: 'vpc' | 'subnet', given: string | Pick<Ipv6Cidr, 'cidr' | 'state'>): Ipv6Cidr {
    const { cidr, state } = typeof given === 'string' ? { cidr: given, state: 'associated' as const } : given;
    const range = parseCidr(cidr, ipv6);
    if (range === undefined) {
      throw new Error(`not a CIDR: ${cidr}`);
    }
    const associationId = this.random.id(`${kind}-cidr-assoc`);
    return { associationId, cidr: formatCidr(range, ipv6), state };
  }

  #vpc(id: string): Vpc {
    const vpc = this.vpcs.get(id);
    if (vpc === undefined) {
      throw new Error(`no such VPC: ${id}`);
    }
    return vpc;
  }

  /** A new id, or the given one, which must be new as well. */
  newId(kind: 'vpc' | 'subnet' | 'sg' | 'i', given: string | undefined): string {
    if (given === undefined) {
      return this.random.id(kind);
    }
    const all = { vpc: this.vpcs, subnet: this.subnets, sg: this.securityGroups, i: this.instances };
    if (all[kind].has(idOf(kind, given))) {
      throw new Error(`${given} is there already`);
    }
    return given;
  }
}

function refuseImpossibleSubnet(
  cidr: string | undefined,
  ipv6Cidrs: readonly Ipv6Cidr[],
  assignIpv6OnCreation: boolean,
): void {
  if (cidr === undefined && ipv6Cidrs.length === 0) {
    throw new Error('a subnet needs an IPv4 CIDR or an IPv6 CIDR');
  }
  if (assignIpv6OnCreation && ipv6Cidrs.length === 0) {
    throw new Error('a subnet without IPv6 CIDR cannot assign IPv6 addresses on creation');
  }
  if (cidr === undefined && !assignIpv6OnCreation) {
    throw new Error('an IPv6-only subnet always assigns IPv6 addresses on creation');
  }
}

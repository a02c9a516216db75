import type { Clock } from '../../../agent/clock.ts';
import { Agenda } from './agenda.ts';
import { DataPath } from './data-path.ts';
import { EniStore } from './eni-store.ts';
import { removeEni } from './enis.ts';
import { idOf, notFound } from './ids.ts';
import {
  crashInstance,
  rebootInstance,
  startInstance,
  stopInstance,
  terminateInstance,
} from './instance-states.ts';
import { type LaunchRequest, launch } from './instances.ts';
import { networkRange, vpcIpv6Range } from './layout.ts';
import { type EniRequest, presentEni } from './new-eni.ts';
import { Random } from './random.ts';
import type { Eni, Instance, Reservation, SecurityGroup, Subnet, Tags, Vpc } from './records.ts';
import { addReservation } from './reservations.ts';
import { defaultSettings, type Quirks, type Settings } from './settings.ts';
import { newIpv6Cidr, newSubnet, type SubnetRequest } from './subnets.ts';

/** What happens in the world, for whoever plays the hardware. */
export type WorldEvent =
  | { kind: 'detached' | 'deviceAdded' | 'deviceRemoved'; eni: Eni; instance: Instance }
  | { kind: 'deleted'; eni: Eni };

export interface WorldOptions extends Partial<Omit<Settings, 'quirks'>> {
  clock: Clock;
  seed?: number;
  quirks?: Partial<Quirks>;
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
  readonly dataPath: DataPath;

  constructor(options: WorldOptions) {
    const { clock, seed, quirks, ...settings } = options;
    this.clock = clock;
    this.random = new Random(seed ?? 1);
    this.settings = { ...defaultSettings, ...settings, quirks: { ...defaultSettings.quirks, ...quirks } };
    this.store = new EniStore(this.clock, this.agenda, this.settings);
    this.dataPath = new DataPath(this, seed ?? 1);
    this.store.onChange = (before, after, at) => this.dataPath.changed(before, after, at);
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
      ipv6: vpc.ipv6Cidr === undefined ? undefined : newIpv6Cidr(this, 'vpc', vpc.ipv6Cidr),
      ownerId: this.settings.account,
      tags: vpc.tags ?? {},
    };
    this.vpcs.set(added.id, added);
    this.addSecurityGroup({ vpcId: added.id, name: 'default' });
    return added;
  }

  /** One of another `owner` is shared with this account, which does not see its owner's tags. */
  addSubnet(subnet: SubnetRequest): Subnet {
    const added = newSubnet(this, this.#vpc(subnet.vpcId), subnet);
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

  /** Its kernel panics, or its host hangs: EC2 goes on to call it running, until it is stopped or terminated. */
  crash(instanceId: string): void {
    crashInstance(this, instanceId);
  }

  /** It is up again at once, with its ENIs, whatever it was doing. */
  reboot(instanceId: string): void {
    rebootInstance(this, instanceId);
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

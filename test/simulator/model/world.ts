import type { Clock } from '../../../agent/clock.ts';
import { AddressPool } from './address-pool.ts';
import { Agenda } from './agenda.ts';
import { ApiError } from './api-error.ts';
import { createEni, type EniRequest, removeEni } from './enis.ts';
import { History } from './history.ts';
import { type LaunchRequest, launch, startInstance, stopInstance, terminateInstance } from './instances.ts';
import { parseCidr } from './ipv4.ts';
import { Random } from './random.ts';
import type { Eni, Instance, Reservation, SecurityGroup, Subnet, Tags, Vpc } from './records.ts';
import { addReservation } from './reservations.ts';
import { defaultSettings, type Quirks, type Settings } from './settings.ts';

/** What happens in the world, for whoever plays the hardware. */
export type WorldEvent =
  | { kind: 'deviceAdded' | 'deviceRemoved'; eni: Eni; instance: Instance }
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
  readonly #enis = new Map<string, History<Eni>>();
  readonly #bySubnet = new Map<string, Set<string>>();
  readonly #byInstance = new Map<string, Set<string>>();
  #eniCount = 0;

  constructor(options: WorldOptions) {
    const { clock, seed, quirks, ...settings } = options;
    this.clock = clock;
    this.random = new Random(seed ?? 1);
    this.settings = { ...defaultSettings, ...settings, quirks: { ...defaultSettings.quirks, ...quirks } };
  }

  /** Lets everything happen that is due. */
  settle(): void {
    this.agenda.runDue(this.clock.now());
  }

  after(ms: number, run: () => void): void {
    if (ms <= 0) run();
    else this.agenda.add(this.clock.now() + ms, run);
  }

  wallClock(at = this.clock.now()): Date {
    return new Date(this.settings.epoch + at);
  }

  addVpc(vpc: { id?: string; cidr: string; tags?: Tags }): Vpc {
    const added: Vpc = {
      id: vpc.id ?? this.random.id('vpc'),
      cidr: vpc.cidr,
      ownerId: this.settings.account,
      tags: vpc.tags ?? {},
    };
    this.vpcs.set(added.id, added);
    this.addSecurityGroup({ vpcId: added.id, name: 'default' });
    return added;
  }

  addSubnet(subnet: { id?: string; vpcId: string; cidr: string; zone: string; tags?: Tags }): Subnet {
    const range = parseCidr(subnet.cidr);
    if (range === undefined) throw new Error(`not a CIDR: ${subnet.cidr}`);
    if (!this.vpcs.has(subnet.vpcId)) throw new Error(`no such VPC: ${subnet.vpcId}`);
    const added: Subnet = {
      tags: {},
      ...subnet,
      id: subnet.id ?? this.random.id('subnet'),
      ownerId: this.settings.account,
      pool: new AddressPool(range),
    };
    this.subnets.set(added.id, added);
    this.#bySubnet.set(added.id, new Set());
    return added;
  }

  addSecurityGroup(group: { id?: string; vpcId: string; name?: string; tags?: Tags }): SecurityGroup {
    const id = group.id ?? this.random.id('sg');
    const added: SecurityGroup = { id, name: group.name ?? id, vpcId: group.vpcId, tags: group.tags ?? {} };
    this.securityGroups.set(id, added);
    return added;
  }

  addReservation(reservation: { subnetId: string; cidr: string; type: 'explicit' | 'prefix' }): Reservation {
    return addReservation(this, { description: '', ...reservation });
  }

  /** An ENI that was there before: a pod's, a neighbour's of another account (`hidden`), an AWS service's. */
  addEni(request: EniRequest): Eni {
    return createEni(this, request, Number.NEGATIVE_INFINITY);
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
    removeEni(this, this.eni(eniId));
  }

  /** Every ENI there is in truth, the hidden ones included. */
  get enis(): Eni[] {
    return [...this.#enis.values()].flatMap((history) => history.current ?? []);
  }

  /** The ENIs as listings show them now, late by the visibility lag. */
  visibleEnis(subnetId?: string): Eni[] {
    const ids = subnetId === undefined ? this.#enis.keys() : (this.#bySubnet.get(subnetId) ?? []);
    const seen: Eni[] = [];
    for (const id of ids) {
      const eni = this.visibleEni(id);
      if (eni !== undefined) seen.push(eni);
    }
    return seen;
  }

  visibleEni(eniId: string): Eni | undefined {
    const eni = this.#enis.get(eniId)?.asOf(this.clock.now() - this.settings.consistencyMs);
    return eni?.hidden ? undefined : eni;
  }

  /** The ENI as IMDS knows it now. */
  imdsEni(eniId: string): Eni | undefined {
    return this.#enis.get(eniId)?.asOf(this.clock.now() - this.settings.imdsLagMs);
  }

  findEni(eniId: string): Eni | undefined {
    return this.#enis.get(eniId)?.current;
  }

  /** Throws for an ENI that is not there in truth. */
  eni(eniId: string): Eni {
    const eni = this.findEni(eniId);
    if (eni === undefined) {
      throw new ApiError(
        'InvalidNetworkInterfaceID.NotFound',
        `The networkInterface ID '${eniId}' does not exist`,
      );
    }
    return eni;
  }

  /** Of all ENIs, those of neighbours not counted. */
  get eniCount(): number {
    return this.#eniCount;
  }

  attachedEnis(instanceId: string): Eni[] {
    return [...(this.#byInstance.get(instanceId) ?? [])].flatMap((id) => this.findEni(id) ?? []);
  }

  /** Stores the ENI as it is from `at` on: now, or always, for what was there before the story begins. */
  setEni(eni: Eni, at = this.clock.now()): void {
    let history = this.#enis.get(eni.id);
    if (history === undefined) {
      history = new History(Math.max(this.settings.consistencyMs, this.settings.imdsLagMs));
      this.#enis.set(eni.id, history);
      this.#bySubnet.get(eni.subnetId)?.add(eni.id);
      if (!eni.hidden) this.#eniCount++;
    }
    this.#indexAttachment(history.current, eni);
    history.set(at, eni);
  }

  dropEni(eni: Eni): void {
    const history = this.#enis.get(eni.id);
    this.#indexAttachment(history?.current, undefined);
    history?.set(this.clock.now(), undefined);
    if (!eni.hidden) this.#eniCount--;
    this.after(Math.max(this.settings.consistencyMs, this.settings.imdsLagMs), () => {
      this.#enis.delete(eni.id);
      this.#bySubnet.get(eni.subnetId)?.delete(eni.id);
    });
  }

  #indexAttachment(before: Eni | undefined, after: Eni | undefined): void {
    const from = before?.attachment?.instanceId;
    const to = after?.attachment?.instanceId;
    if (from === to) return;
    if (before !== undefined && from !== undefined) this.#byInstance.get(from)?.delete(before.id);
    if (after !== undefined && to !== undefined) {
      const ids = this.#byInstance.get(to) ?? new Set();
      this.#byInstance.set(to, ids.add(after.id));
    }
  }
}

import type { Clock } from '../../../agent/clock.ts';
import type { Agenda } from './agenda.ts';
import { Random } from './random.ts';
import type { Eni, Subnet } from './records.ts';
import type { Settings } from './settings.ts';

/** From `at` on the address's packets go to this ENI; undefined: to nobody. */
interface Turn {
  at: number;
  eniId: string | undefined;
}

/** An address of a subnet, in canonical form: VPCs may overlap. */
export interface Destination {
  subnetId: string;
  address: string;
}

/**
 * To which ENI the VPC delivers an address's packets. It follows EC2's record, each change after a convergence of its own
 * and never before an earlier one; until then the former holder gets them, or nobody where there was none. Whether that
 * ENI is attached, and to an instance that is up, is another matter. Delegated prefixes are not known here.
 */
export class DataPath {
  /** Told as an address's packets begin to go elsewhere, of changes made after it was set. */
  onReroute: ((destination: Destination, eniId: string | undefined) => void) | undefined;
  readonly #world: Parts;
  /** Of its own: how the VPC converges changes nothing else in a world of the same seed. */
  readonly #random: Random;
  /** By subnet and address, in the order of their times. */
  readonly #turns = new Map<string, Turn[]>();

  constructor(world: Parts, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
  }

  /** The id of the ENI that gets the address's packets at that time: now, or later as far as it is settled. */
  deliveredTo({ subnetId, address }: Destination, at = this.#world.clock.now()): string | undefined {
    return this.#turns.get(`${subnetId} ${address}`)?.findLast((turn) => turn.at <= at)?.eniId;
  }

  /** EC2's record of an ENI has changed at that time; undefined: there was, or is, no such ENI. */
  changed(before: Eni | undefined, after: Eni | undefined, at: number): void {
    const { subnetId } = after ?? before ?? { subnetId: '' };
    const subnet = this.#world.subnets.get(subnetId);
    for (const family of ['addresses', 'ipv6Addresses'] as const) {
      const [had, has] = [before?.[family] ?? none, after?.[family] ?? none];
      if (had === has || subnet === undefined) {
        continue;
      }
      const pool = family === 'addresses' ? subnet.pool : subnet.ipv6Pool;
      for (const address of had) {
        // One that has an owner moves in a single call: its new owner is told of next.
        if (!has.includes(address) && pool.ownerOf(address) === undefined) {
          this.#turn({ subnetId, address }, undefined, at);
        }
      }
      for (const address of has) {
        if (!had.includes(address)) {
          this.#turn({ subnetId, address }, after?.id, at);
        }
      }
    }
  }

  #turn(destination: Destination, eniId: string | undefined, since: number): void {
    const { clock, agenda } = this.#world;
    const key = `${destination.subnetId} ${destination.address}`;
    const turns = this.#turns.get(key) ?? [];
    const at = Math.max(since + this.#convergence(eniId), turns.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
    const now = clock.now();
    const current = turns.findLastIndex((turn) => turn.at <= now);
    this.#turns.set(key, [...turns.slice(Math.max(current, 0)), { at, eniId }]);
    const { onReroute } = this;
    if (onReroute !== undefined && at > now) {
      agenda.add(at, () => onReroute(destination, eniId));
    } else {
      onReroute?.(destination, eniId);
    }
  }

  #convergence(eniId: string | undefined): number {
    const { convergenceMs, quirks } = this.#world.settings;
    if (eniId === undefined && quirks.unassigned === 'atOnce') {
      return 0;
    }
    const [least, most] = convergenceMs;
    return least + this.#random.below(most - least + 1);
  }
}

/** Of a world. */
interface Parts {
  clock: Clock;
  agenda: Agenda;
  settings: Settings;
  subnets: ReadonlyMap<string, Subnet>;
}

const none: readonly string[] = [];

import { parseAddress } from '../../../agent/claim/range.ts';
import type { Subnet } from '../../simulator/model/records.ts';
import type { World } from '../../simulator/model/world.ts';
import { firstHost } from './surroundings.ts';

/** How tightly claimed addresses are packed at the start of their subnets. */
export interface Packing {
  /** How far the highest address is above the densest packing, in addresses: of the worst subnet. */
  excess: number;
  /** The same as a part of the addresses claimed there. */
  share: number;
}

/** Keeps account of which addresses were free before, and of those that claims were given. */
export class PackingBook {
  readonly #before: ReadonlyMap<string, ReadonlySet<bigint>>;
  readonly #first: ReadonlyMap<string, bigint>;
  readonly #given = new Map<string, Set<bigint>>();

  constructor(world: World, subnets: readonly Subnet[]) {
    const enis = Map.groupBy(world.enis, ({ subnetId }) => subnetId);
    const heldIn = ({ id }: Subnet) =>
      new Set((enis.get(id) ?? []).flatMap(({ addresses }) => addresses.map(parseAddress)));
    this.#before = new Map(subnets.map((subnet) => [subnet.id, heldIn(subnet)]));
    this.#first = new Map(subnets.map((subnet) => [subnet.id, firstHost(subnet)]));
  }

  /** An address that was given back since counts all the same. */
  give(subnetId: string, address: string): void {
    this.#given.set(subnetId, (this.#given.get(subnetId) ?? new Set()).add(parseAddress(address)));
  }

  packing(): Packing {
    const all = [...this.#given].map(([subnetId, given]) => {
      const first = this.#first.get(subnetId) ?? 0n;
      const highest = [...given].reduce((a, b) => (a > b ? a : b), first);
      const held = [...(this.#before.get(subnetId) ?? [])].filter((each) => each <= highest).length;
      const excess = Number(highest - first) + 1 - held - given.size;
      return { excess, share: excess / given.size };
    });
    return {
      excess: Math.max(0, ...all.map(({ excess }) => excess)),
      share: Math.max(0, ...all.map(({ share }) => share)),
    };
  }
}

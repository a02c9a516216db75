import { Chance } from '../chance.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { WatchPlan } from './plan.ts';

/** A node, as far as the network has to do with it. */
export interface Station {
  name: string;
  nodeAddress: string;
  /** The kernel answers. */
  isUp: boolean;
  isServing: boolean;
  /** Nobody reaches it, and it nobody. */
  isIsolated: boolean;
}

/** Who reaches whom, at each moment. */
export class Network {
  readonly stations = new Map<string, Station>();
  /** When a cut last came, or went. */
  changedAt = Number.NEGATIVE_INFINITY;
  /** Asked of a pair of names. */
  readonly #cuts = new Set<(a: string, b: string) => boolean>();
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #plan: WatchPlan['network'];
  readonly #calmAt: number;

  constructor(plan: WatchPlan, time: VirtualTime) {
    this.#time = time;
    this.#plan = plan.network;
    this.#calmAt = plan.calmAt;
    this.#chance = new Chance(plan.seed ^ 0x5eed);
  }

  /** @param isCut whether those two do not reach each other; answers how to mend it */
  cut(isCut: (a: string, b: string) => boolean): () => void {
    this.#cuts.add(isCut);
    this.changedAt = this.#time.now();
    return () => {
      this.#cuts.delete(isCut);
      this.changedAt = this.#time.now();
    };
  }

  /** Both ways. */
  isConnected(a: Station, b: Station): boolean {
    return (
      a.isUp &&
      b.isUp &&
      (a === b || (!a.isIsolated && !b.isIsolated)) &&
      ![...this.#cuts].some((isCut) => isCut(a.name, b.name))
    );
  }

  /** Whether a probe sent now is answered. */
  answers(from: Station, address: string, kind: 'icmp' | 'tcp'): boolean {
    const to = this.stations.get(address);
    const loss = this.#time.now() < this.#calmAt ? this.#plan.loss : 0;
    return to !== undefined && this.mayAnswer(from, to, kind) && !(loss > 0 && this.#chance.yes(loss));
  }

  /** Unless it gets lost. */
  mayAnswer(from: Station, to: Station, kind: 'icmp' | 'tcp'): boolean {
    return this.isConnected(from, to) && (kind === 'icmp' ? !this.#plan.forbidsIcmp : to.isServing);
  }
}

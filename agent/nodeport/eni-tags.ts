import type { Eni } from '../claim/facts.ts';
import { isMade, tagKeys } from '../plan/tags.ts';
import { askWithin } from './ask.ts';
import { carries } from './carriers.ts';
import type { Holder } from './holders.ts';
import type { WatchContext } from './ports.ts';

/** After so long, in ms, a stranger's tags are asked for again. */
const againMs = 300_000;

/** Whether ENIs that hold an address are the agent's. That one is stays so; that it is not may have been too early to tell. */
export class EniTags {
  readonly #context: WatchContext;
  readonly #addresses: readonly string[];
  /** By id. */
  readonly #known = new Map<string, { eni: Eni; at: number }>();

  constructor(context: WatchContext, addresses: readonly string[]) {
    this.#context = context;
    this.#addresses = addresses;
  }

  /** Asks for those that no listing has told of yet. Throws a `Failure`. */
  async learn(holders: readonly Holder[], ms: number): Promise<void> {
    const { ec2, clock } = this.#context;
    const now = clock.now();
    const told = holders.flatMap(({ eni, isTagged }) => (isTagged ? [eni] : []));
    const untold = holders.flatMap(({ eni, isTagged }) =>
      isTagged || this.#isKnown(eni.id) ? [] : [eni.id],
    );
    const ids = [...new Set(untold)];
    const asked =
      ids.length === 0
        ? []
        : await askWithin(this.#context, ms, `look up ${ids.join(', ')}`, (signal) =>
            ec2.describeEnis({ ids }, signal),
          );
    for (const eni of [...told, ...asked]) {
      this.#known.set(eni.id, { eni, at: now });
    }
  }

  /** Its tags say that it is the agent's of some node, or that it carries this address. */
  isAgents(eniId: string, address: string): boolean {
    const known = this.#known.get(eniId);
    return known !== undefined && isAgents(known.eni, address);
  }

  #isKnown(id: string): boolean {
    const known = this.#known.get(id);
    return (
      known !== undefined &&
      (this.#addresses.some((address) => isAgents(known.eni, address)) ||
        this.#context.clock.now() - known.at < againMs)
    );
  }
}

function isAgents(eni: Eni, address: string): boolean {
  return isMade(eni) || eni.tags[tagKeys.existing] === 'true' || carries(eni, address);
}

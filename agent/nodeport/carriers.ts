import { addressesPerQuery } from '../claim/candidates.ts';
import type { Eni, NodeInstance } from '../claim/facts.ts';
import { carriedBy, tagKeys } from '../plan/tags.ts';
import { askWithin } from './ask.ts';
import type { Listed } from './holders.ts';
import { callMs } from './pace.ts';
import type { WatchContext } from './ports.ts';
import { inOrder } from './rank.ts';
import type { NodePortLink } from './setup.ts';
import type { Candidate } from './state.ts';

/** The nodes of the subnet that carry the same addresses: who may take one over, and be handed one. */
export class Carriers {
  readonly #context: WatchContext;
  readonly #link: NodePortLink;
  readonly #addresses: readonly string[];
  /** Told after each listing. */
  readonly #onList: () => void;
  /** By this process's clock; undefined: not yet. */
  listedAt: number | undefined;
  #enis: readonly Eni[] = [];
  #nodes: readonly NodeInstance[] = [];

  constructor(context: WatchContext, link: NodePortLink, addresses: readonly string[], onList: () => void) {
    this.#context = context;
    this.#link = link;
    this.#addresses = addresses;
    this.#onList = onList;
  }

  /** The nodes that carry the address, in the order in which they are to have it; this one among them. */
  candidates(address: string): Candidate[] {
    const carrying = this.#enis.filter((eni) => carries(eni, address));
    const nodes = carrying.flatMap((eni) => {
      const node = this.#nodes.find(({ instanceId }) => instanceId === eni.attachment?.instanceId);
      return node?.state === 'running' ? [{ ...node, eniId: eni.id }] : [];
    });
    return inOrder(nodes, this.#context.wallClock()).map(({ instanceId, eniId, nodeAddress }) => ({
      instanceId,
      eniId,
      nodeAddress,
    }));
  }

  /** Lists the ENIs of this interface on all nodes of the subnet, and answers them. Throws a `Failure`. */
  async listEnis(ms = callMs): Promise<readonly Listed[]> {
    const { subnetId, isPrimary, name } = this.#link;
    const tags = { [tagKeys.interface]: isPrimary ? 'primary' : name };
    const enis = await askWithin(this.#context, ms, `list the ENIs of ${name} in ${subnetId}`, (signal) =>
      this.#context.ec2.describeEnis({ subnetIds: [subnetId], tags }, signal),
    );
    this.#enis = enis.filter((eni) => this.#addresses.some((address) => carries(eni, address)));
    this.#onList();
    return enis;
  }

  /** Lists the instances that have those ENIs, and answers all ENIs that they have. Throws a `Failure`. */
  async listNodes(ms = callMs): Promise<readonly Listed[]> {
    const { subnetId } = this.#link;
    const ids = this.#enis.map(({ id }) => id);
    const nodes: NodeInstance[] = [];
    for (let n = 0; n < ids.length; n += addressesPerQuery) {
      const eniIds = ids.slice(n, n + addressesPerQuery);
      const subject = `list the nodes that carry ${this.#addresses.join(', ')}`;
      nodes.push(
        ...(await askWithin(this.#context, ms, subject, (signal) =>
          this.#context.ec2.describeNodes({ subnetId, eniIds }, signal),
        )),
      );
    }
    this.#nodes = nodes;
    this.listedAt = this.#context.clock.now();
    this.#onList();
    return nodes.flatMap(({ enis }) => enis);
  }
}

/** Whether its node carries the address, as its `run` has said. */
export function carries({ tags }: Eni, address: string): boolean {
  return carriedBy({ tags }).includes(address);
}

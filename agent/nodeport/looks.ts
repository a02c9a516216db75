import type { Eni, NodeInstance } from '../claim/facts.ts';
import { Carriers } from './carriers.ts';
import { EniTags } from './eni-tags.ts';
import { findHolders, type Holder, holds, type Listed } from './holders.ts';
import { callMs, confirmMs, trustMs } from './pace.ts';
import type { WatchContext } from './ports.ts';
import type { NodePortLink } from './setup.ts';

/** Who holds an address, as EC2 shows it. */
export interface Holding {
  eniId: string;
  /** Undefined where the ENI is not attached to an instance. */
  instance: Pick<NodeInstance, 'instanceId' | 'state' | 'nodeAddress'> | undefined;
  /** The address is the ENI's primary one, which nobody can take off it. */
  isPrimaryAddress: boolean;
  /** The ENI bears our tags: it is the agent's of some node, or says that it carries this address. */
  isOurs: boolean;
}

/** What this node did itself, and EC2's listings may not show for a while. */
interface Trusted {
  holding: Holding;
  formerEniId: string | undefined;
  until: number;
}

/** What EC2 shows of some addresses of one link and IP version: one call tells of all of them. */
export class Looks {
  readonly addresses: readonly string[];
  readonly carriers: Carriers;
  /** By this process's clock; undefined: EC2 has not been asked yet, or has not answered. */
  seenAt: number | undefined;
  /** Told after each look. */
  onLook: () => void = () => undefined;
  readonly #context: WatchContext;
  readonly #link: NodePortLink;
  readonly #holdings = new Map<string, Holding | undefined>();
  readonly #trusted = new Map<string, Trusted>();
  readonly #tags: EniTags;
  /** By whether they are urgent: one that is does not wait for one that has patience with EC2. */
  readonly #underWay = new Map<boolean, Promise<void>>();
  #begun = 0;
  /** Which of those that have begun was the last to be told. */
  #told = 0;
  #routerHeardAt: number | undefined;
  /** When this node last held one of the addresses, by this process's clock; before it began, perhaps. */
  #heldAt = Number.NEGATIVE_INFINITY;

  constructor(context: WatchContext, link: NodePortLink, addresses: readonly string[]) {
    this.#context = context;
    this.#link = link;
    this.addresses = addresses;
    this.#tags = new EniTags(context, addresses);
    if (addresses.some((address) => context.past?.(address)?.role === 'holder')) {
      this.noteHeld();
    }
    this.carriers = new Carriers(context, link, addresses, () => this.onLook());
  }

  /** Undefined where nobody holds it. */
  holding(address: string): Holding | undefined {
    return this.#trusted.get(address)?.holding ?? this.#holdings.get(address);
  }

  /** Whether the VPC may take this node for the holder of one of the addresses: it does for a while after a move. */
  get isHolderOfLate(): boolean {
    const isHolder = this.addresses.some((address) => this.holding(address)?.eniId === this.#link.eniId);
    return isHolder || this.#context.clock.now() - this.#heldAt < confirmMs.most;
  }

  /** This node has held one of the addresses until now, or learns that it does, of late perhaps. */
  noteHeld(): void {
    this.#heldAt = this.#context.clock.now();
    if (this.#routerHeardAt !== undefined && this.#heldAt - this.#routerHeardAt < confirmMs.most) {
      this.#routerHeardAt = undefined;
    }
  }

  /** Whether the subnet's router has answered this node while it held none of the addresses: then it answers candidates. */
  get hasHeardRouter(): boolean {
    return this.#routerHeardAt !== undefined;
  }

  noteRouterHeard(): void {
    this.#routerHeardAt = this.#context.clock.now();
  }

  /** What this node has just done: listings may be behind it. */
  note(address: string, holding: Holding, formerEniId: string | undefined): void {
    const until = this.#context.clock.now() + trustMs;
    this.#trusted.set(address, { holding, formerEniId, until });
    this.onLook();
  }

  /** Whether listed ENIs tell of another holder than is known. */
  isContradicted(listed: readonly Listed[]): boolean {
    return this.addresses.some((address) => {
      const holderId = this.holding(address)?.eniId;
      return listed.some((eni) => holds(eni, address) !== (eni.id === holderId));
    });
  }

  /** Something else than a listing tells that what this node did is not so any more. */
  distrust(address: string): void {
    this.#trusted.delete(address);
  }

  /**
   * One for all who ask at the same time. Throws a `Failure`.
   *
   * @param isUrgent the holder may be dead: an answer that does not come is asked for anew
   */
  async look(ms = callMs, isUrgent = false): Promise<void> {
    const underWay =
      this.#underWay.get(isUrgent) ??
      this.#look(ms, isUrgent).finally(() => {
        this.#underWay.delete(isUrgent);
      });
    this.#underWay.set(isUrgent, underWay);
    await underWay;
  }

  async #look(ms: number, isUrgent: boolean): Promise<void> {
    this.#begun += 1;
    const turn = this.#begun;
    const found = await findHolders(this.#context, this.#link.subnetId, this.addresses, ms, isUrgent);
    const others = [...found.values()].filter(({ eni }) => eni.id !== this.#link.eniId);
    await this.#tags.learn(others, ms);
    if (turn < this.#told) {
      return;
    }
    this.#told = turn;
    for (const address of this.addresses) {
      const holder = found.get(address);
      this.#holdings.set(address, holder && this.#toHolding(address, holder));
      this.#forget(address);
    }
    this.seenAt = this.#context.clock.now();
    this.onLook();
  }

  #toHolding(address: string, { eni, node }: Holder): Holding {
    return {
      eniId: eni.id,
      instance: node === undefined ? attachedTo(eni) : instanceOf(node),
      isPrimaryAddress: eni.addresses[0] === address,
      isOurs: eni.id === this.#link.eniId || this.#tags.isAgents(eni.id, address),
    };
  }

  /** EC2 shows what this node did, or a third ENI; or it has had time enough. */
  #forget(address: string): void {
    const trusted = this.#trusted.get(address);
    if (trusted === undefined) {
      return;
    }
    const seen = this.#holdings.get(address);
    const isBehind = seen === undefined || seen.eniId === trusted.formerEniId;
    if (!isBehind || this.#context.clock.now() >= trusted.until) {
      this.#trusted.delete(address);
    }
  }
}

function instanceOf({ instanceId, state, nodeAddress }: NodeInstance): Holding['instance'] {
  return { instanceId, state, nodeAddress };
}

/** EC2's listing of instances may be behind that of ENIs: one that it does not show yet may live. */
function attachedTo({ attachment }: Eni): Holding['instance'] {
  const isThere = attachment?.status === 'attached' || attachment?.status === 'attaching';
  return isThere && attachment.instanceId !== undefined
    ? { instanceId: attachment.instanceId, state: 'unknown', nodeAddress: undefined }
    : undefined;
}

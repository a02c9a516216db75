import type { Eni, NodeInstance } from '../claim/facts.ts';
import { isMade, tagKeys } from '../plan/tags.ts';
import { askWithin } from './ask.ts';
import { Carriers, carries, type Listed } from './carriers.ts';
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

/** After so long, in ms, a stranger's tags are asked for again. */
const tagsAgainMs = 300_000;

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
  /** ENIs by id, whose tags have been asked for, and when. */
  readonly #tagged = new Map<string, { eni: Eni; at: number }>();
  /** By whether they are urgent: one that is does not wait for one that has patience with EC2. */
  readonly #underWay = new Map<boolean, Promise<void>>();
  #begun = 0;
  /** Which of those that have begun was the last to be told. */
  #told = 0;
  /** When this node last held one of the addresses, by this process's clock: just before it began, perhaps. */
  #heldAt: number;

  constructor(context: WatchContext, link: NodePortLink, addresses: readonly string[]) {
    this.#context = context;
    this.#link = link;
    this.#heldAt = context.clock.now();
    this.addresses = addresses;
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

  /** This node has held one of the addresses until now. */
  noteHeld(): void {
    this.#heldAt = this.#context.clock.now();
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
    const { ec2, clock } = this.#context;
    const { subnetId } = this.#link;
    const { addresses } = this;
    this.#begun += 1;
    const turn = this.#begun;
    const subject = `see who holds ${addresses.join(', ')}`;
    const nodes = await askWithin(
      this.#context,
      ms,
      subject,
      (signal) => ec2.describeNodes({ subnetId, addresses }, signal),
      [],
      isUrgent,
    );
    const attached = nodes.flatMap((node) => node.enis.map((eni) => ({ eni, node })));
    const found = new Map(
      addresses.map((address) => [address, attached.find(({ eni }) => holds(eni, address))]),
    );
    const missing = addresses.filter((address) => found.get(address) === undefined);
    // An ENI that is attached to no instance, or that EC2 shows with none yet.
    const unattached =
      missing.length === 0
        ? []
        : await askWithin(this.#context, ms, subject, (signal) =>
            ec2.describeEnis({ subnetIds: [subnetId], addresses: missing }, signal),
          );
    // Between the two listings it may have come to one, or the first is further behind.
    const late = unattached.flatMap(({ id, attachment }) =>
      attachment?.instanceId === undefined ? [] : [id],
    );
    const lateNodes =
      late.length === 0
        ? []
        : await askWithin(this.#context, ms, subject, (signal) =>
            ec2.describeNodes({ subnetId, eniIds: late }, signal),
          );
    const nodeOf = (eniId: string) => lateNodes.find(({ enis }) => enis.some(({ id }) => id === eniId));
    const enis = [...found.values()].flatMap((each) => each?.eni.id ?? []);
    await this.#learnTags(ms, [...new Set(enis)], unattached);
    if (turn < this.#told) {
      return;
    }
    this.#told = turn;
    for (const address of addresses) {
      const at = found.get(address);
      const eni = at?.eni ?? unattached.find((each) => holds(each, address));
      this.#holdings.set(address, eni && this.#toHolding(address, eni, at?.node ?? nodeOf(eni.id)));
      this.#forget(address);
    }
    this.seenAt = clock.now();
    this.onLook();
  }

  /** An instance's listing does not tell the tags of its ENIs. That one is ours stays so; that it is not may be too early. */
  async #learnTags(ms: number, ids: readonly string[], unattached: readonly Eni[]): Promise<void> {
    const now = this.#context.clock.now();
    const isKnown = (id: string) => {
      const { eni, at } = this.#tagged.get(id) ?? {};
      const isOurs = eni !== undefined && this.addresses.some((address) => isAgents(eni, address));
      return id === this.#link.eniId || isOurs || (at !== undefined && now - at < tagsAgainMs);
    };
    const unknown = ids.filter((id) => !isKnown(id));
    const learnt =
      unknown.length === 0
        ? []
        : await askWithin(this.#context, ms, `look up ${unknown.join(', ')}`, (signal) =>
            this.#context.ec2.describeEnis({ ids: unknown }, signal),
          );
    for (const eni of [...learnt, ...unattached]) {
      this.#tagged.set(eni.id, { eni, at: now });
    }
  }

  #toHolding(address: string, eni: Eni, node: NodeInstance | undefined): Holding {
    const tagged = this.#tagged.get(eni.id)?.eni;
    return {
      eniId: eni.id,
      instance: node && {
        instanceId: node.instanceId,
        state: node.state,
        nodeAddress: node.nodeAddress,
      },
      isPrimaryAddress: eni.addresses[0] === address,
      isOurs: eni.id === this.#link.eniId || (tagged !== undefined && isAgents(tagged, address)),
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

function holds({ addresses, ipv6Addresses }: Listed, address: string): boolean {
  return addresses.includes(address) || ipv6Addresses.includes(address);
}

function isAgents(eni: Eni, address: string): boolean {
  return isMade(eni) || eni.tags[tagKeys.existing] === 'true' || carries(eni, address);
}

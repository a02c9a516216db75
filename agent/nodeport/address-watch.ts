import { Bell } from './bell.ts';
import { hold } from './hold.ts';
import type { Holding, Looks } from './looks.ts';
import type { CountedMove } from './move-limit.ts';
import { handOverAgainMs, moveLimit } from './pace.ts';
import { countedBefore, isTaken, LastHolder, unmissed } from './past.ts';
import type { WatchContext } from './ports.ts';
import type { NodePortAddress, NodePortLink } from './setup.ts';
import { standBy } from './stand-by.ts';
import type { AddressState, Move } from './state.ts';
import { idOf, whose } from './whose.ts';

/** How many moves are kept to be told. */
const movesKept = 10;

/** One floating address as this node sees it: what its loops share, and what is told of it. */
export class AddressWatch {
  readonly context: WatchContext;
  readonly link: NodePortLink;
  readonly config: NodePortAddress;
  readonly looks: Looks;
  /** Rung when anything changes that its loop rests on. */
  readonly bell = new Bell();
  /** From instances that ran, by this process's clock; the newest first. */
  countedMoves: CountedMove[] = [];
  /** The link's addresses as IMDS last told them, and how often in a row it told so. */
  imds: { has: boolean; times: number } | undefined;
  /** Not before, by this process's clock, it is thought of handing it over again. */
  handOverAt = 0;
  /** From one hand-over that comes to nothing to the next, in ms: each is a while without service. */
  handOverPauseMs = handOverAgainMs;
  /** EC2's last word on why this node's ENI can never have it; not before then is a living holder robbed for it again. */
  refused: { why: string; until: number } | undefined;
  /** Why it was not handed over, as last told. */
  toldStay = '';
  readonly #state: AddressState;
  /** A watcher before this one, whose moves count too. */
  readonly #past: AddressState | undefined;
  readonly #last = new LastHolder();
  #shown: Holding | undefined | 'unknown' = 'unknown';
  #seenAt: number | undefined;

  constructor(context: WatchContext, link: NodePortLink, config: NodePortAddress, looks: Looks) {
    this.context = context;
    this.link = link;
    this.config = config;
    this.looks = looks;
    this.#state = {
      address: config.address,
      interface: link.name,
      role: 'candidate',
      holder: undefined,
      moves: [],
      candidates: [],
      probes: [],
      held: undefined,
      seenAt: undefined,
    };
    this.#past = unmissed(context.past?.(config.address));
    this.#state.moves = [...(this.#past?.moves ?? [])];
    this.countedMoves = countedBefore(this.#state.moves, context);
  }

  get address(): string {
    return this.config.address;
  }

  get holding(): Holding | undefined {
    return this.looks.holding(this.address);
  }

  get isHolder(): boolean {
    return this.holding?.eniId === this.link.eniId;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.context;
    let hasStoodBy = false;
    while (!signal.aborted) {
      if (this.looks.seenAt === undefined) {
        await this.bell.heard(clock, undefined, signal);
      } else if (this.isHolder) {
        await hold(this, signal, hasStoodBy);
      } else {
        hasStoodBy = true;
        await standBy(this, signal);
      }
    }
  }

  /** After each look: a holder that is another than before has moved there without this node's doing. */
  onLook(): void {
    const { holding } = this;
    this.change({ candidates: this.looks.carriers.candidates(this.address) });
    if (this.looks.seenAt === undefined) {
      return;
    }
    if (this.looks.seenAt !== this.#seenAt) {
      this.#seenAt = this.looks.seenAt;
      this.change({ seenAt: this.#time() });
    }
    const before = this.#shown;
    if (before === 'unknown') {
      this.#show(holding);
      this.context.log.info(`${this.address}: held by ${whose(holding)}`, this.fields);
    } else if (before?.eniId !== holding?.eniId) {
      this.noteMove(holding, 'seen', `EC2 shows it at ${whose(holding)}`);
    } else if (before?.instance?.state !== holding?.instance?.state) {
      this.#show(holding);
    }
    this.bell.ring();
  }

  /** Tells of a move, by whomever, and counts it if it was from an instance that runs. */
  noteMove(to: Holding | undefined, how: Move['how'], why: string): void {
    const from = this.#shown === 'unknown' ? undefined : this.#shown;
    const isCounted = isTaken({
      from,
      to,
      how,
      isOwn: from?.eniId === this.link.eniId,
      probes: this.#state.probes,
    });
    if (isCounted) {
      this.countedMoves = [{ at: this.context.clock.now() }, ...this.countedMoves].slice(0, moveLimit.count);
    }
    const move: Move = {
      at: this.#time(),
      from: idOf(from),
      to: idOf(to),
      how,
      why,
      ...(isCounted && { isCounted }),
    };
    this.change({ moves: [move, ...this.#state.moves].slice(0, movesKept) });
    if (how === 'seen') {
      this.context.log.info(`${this.address}: moved from ${whose(from)} to ${whose(to)}`, this.fields);
    }
    this.#show(to);
  }

  change(part: Partial<AddressState>): void {
    Object.assign(this.#state, part);
    this.context.tell({ ...this.#state });
  }

  get state(): Readonly<AddressState> {
    return this.#state;
  }

  get fields() {
    return { interface: this.link.name, address: this.address };
  }

  #show(holding: Holding | undefined): void {
    const now = this.context.clock.now();
    const shown = this.#shown === 'unknown' ? this.#past : this.#state;
    const before = shown?.holder === undefined ? this.#last.recall(now) : shown;
    this.#last.keep(this.#state, now);
    const isSame = before?.holder !== undefined && before.holder.eniId === holding?.eniId;
    this.#shown = holding;
    this.change({
      role: holding?.eniId === this.link.eniId ? 'holder' : 'candidate',
      probes: isSame ? before.probes : [],
      holder: holding && {
        eniId: holding.eniId,
        instanceId: holding.instance?.instanceId,
        nodeAddress: holding.instance?.nodeAddress,
        instanceState: holding.instance?.state,
        since: (isSame ? before.holder?.since : undefined) ?? this.#time(),
      },
    });
  }

  #time(): string {
    return new Date(this.context.wallClock()).toISOString();
  }
}

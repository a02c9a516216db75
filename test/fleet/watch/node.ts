import { messageOf } from '../../../agent/failure.ts';
import type { WatchContext } from '../../../agent/nodeport/ports.ts';
import type { AddressState } from '../../../agent/nodeport/state.ts';
import { watch } from '../../../agent/nodeport/watch.ts';
import { Random } from '../../simulator/model/random.ts';
import { simulatedEc2 } from '../ec2.ts';
import { Process } from '../process.ts';
import type { Region } from '../region.ts';
import { type Send, sender } from '../send.ts';
import type { Story } from '../story.ts';
import type { WatchJudge } from './judge.ts';
import type { Network, Station } from './network.ts';
import type { WatchPlan } from './plan.ts';
import type { Place } from './site.ts';
import { withoutEc2 } from './unreachable.ts';
import { simulatedWatchNode } from './watch-node.ts';

/** What a watcher is to be handed instead, to see what comes of a fault in it. */
export type Wrap = (context: WatchContext, tools: { send: Send; node: WatchedNode }) => WatchContext;

/** What all nodes of a world have in common. */
export interface Stage {
  region: Region;
  network: Network;
  plan: WatchPlan;
  story: Story;
  judge: WatchJudge;
  wrap: Wrap;
  /** Told whenever it may have changed who is served. */
  changed: () => void;
}

/** How long systemd waits for the watcher's end, in ms. */
const stopMs = 10_000;

/** What became of the probes of one kind that a watcher has sent to one address. */
export interface Heard {
  /** When one was last answered. */
  answerAt?: number;
  /** When one was last the fourth, or a later one, in a row that was not. */
  silentAt?: number;
}

/** A node on which the watcher runs. */
export class WatchedNode implements Station {
  readonly name: string;
  readonly place: Place;
  readonly stage: Stage;
  isUp = true;
  isServing = true;
  isIsolated = false;
  isDraining = false;
  isGone = false;
  hasCarrier = true;
  hasGateway = true;
  hasEc2 = true;
  /** Since when it is as healthy as it is now, or as sick. */
  changedAt = Number.NEGATIVE_INFINITY;
  /** Of the present process: by address and kind. */
  heard = new Map<string, Heard>();
  /** When the present process began. */
  startedAt = Number.NEGATIVE_INFINITY;
  /** Told to end. */
  isStopping = false;
  /** What its watchers have told since it was up, as its state file has it. */
  readonly #told = new Map<string, AddressState>();
  readonly #random: Random;
  #process: Process | undefined;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(name: string, place: Place, stage: Stage) {
    this.name = name;
    this.place = place;
    this.stage = stage;
    this.#random = new Random(stage.plan.seed ^ Number.parseInt(place.instanceId.slice(-7), 16));
    stage.network.stations.set(this.nodeAddress, this);
  }

  get nodeAddress(): string {
    return this.place.nodeAddress;
  }

  get isWatching(): boolean {
    return this.#process !== undefined && !this.#process.isKilled;
  }

  get reachesGateway(): boolean {
    return this.hasCarrier && this.hasGateway && !this.isIsolated;
  }

  get reachesEc2(): boolean {
    return this.hasEc2 && !this.isIsolated;
  }

  /** Whether clients are served that arrive here. */
  get canServe(): boolean {
    return this.isUp && this.isServing && this.hasCarrier && this.hasGateway && !this.isIsolated;
  }

  /** Something about it changes. */
  change(what: Partial<Pick<WatchedNode, (typeof changeable)[number]>>): void {
    Object.assign(this, what);
    if (what.isUp === false) {
      this.#told.clear();
    }
    this.changedAt = this.stage.region.time.now();
    this.stage.changed();
  }

  /** Probes of one kind of one address begin: to be told how each ends. */
  hearing(address: string, kind: string): (answered: boolean) => void {
    const { time } = this.stage.region;
    const key = `${address} ${kind}`;
    let misses = 0;
    return (answered) => {
      misses = answered ? 0 : misses + 1;
      const now = time.now();
      this.heard.set(key, {
        ...this.heard.get(key),
        ...(answered ? { answerAt: now } : {}),
        ...(misses >= 4 ? { silentAt: now } : {}),
      });
    };
  }

  start(): void {
    if (this.isWatching || !this.isUp || this.isGone) {
      return;
    }
    const { region, story, judge, wrap } = this.stage;
    const process = new Process(region.time);
    const stop = new AbortController();
    this.#process = process;
    this.#stop = stop;
    this.isStopping = false;
    this.startedAt = region.time.now();
    this.heard = new Map();
    story.tell(this.name, () => 'the watcher starts');
    const context = wrap(this.#context(process), { send: this.#send(process), node: this });
    this.#ended = process
      .alive(() => watch(context, [this.place.link], stop.signal))
      .then(
        () => {
          process.kill();
          story.tell(this.name, () => 'the watcher has ended');
          judge.breaks(this.name, stop.signal.aborted ? undefined : 'the watcher ends of itself');
        },
        (error: unknown) => {
          process.kill();
          const text = error instanceof Error ? `${error.stack}` : messageOf(error);
          judge.breaks(this.name, `the watcher throws ${text}`);
        },
      );
  }

  /** SIGKILL, or the end of the power: nothing more comes of it. What is on its way to EC2 gets there. */
  kill(): void {
    this.#process?.kill();
  }

  /** SIGTERM, and after a while SIGKILL. */
  async stop(): Promise<void> {
    if (!this.isWatching) {
      return;
    }
    this.isStopping = true;
    const process = this.#process;
    this.#stop.abort(new Error('SIGTERM'));
    await Promise.race([this.#ended, this.stage.region.time.sleep(stopMs)]);
    process?.kill();
  }

  #send(process: Process): Send {
    const random = () => this.#random.next() / 2 ** 32;
    const send = sender(this.stage.region, this.place.instanceId, random);
    return (...call) => process.alive(() => withoutEc2(this, send)(...call));
  }

  #context(process: Process): WatchContext {
    const { region, story, plan, judge } = this.stage;
    const { world, time } = region;
    const random = () => this.#random.next() / 2 ** 32;
    const skew = (2 * random() - 1) * plan.clockSkewMs;
    const ec2 = simulatedEc2(region, this.#send(process));
    return {
      ec2: {
        ...ec2,
        describeNodes: async (query, signal) => {
          const nodes = await ec2.describeNodes(query, signal);
          judge.seen(
            this,
            nodes.flatMap(({ enis }) => enis),
          );
          return nodes;
        },
        describeEnis: async (query, signal) => {
          const enis = await ec2.describeEnis(query, signal);
          judge.seen(this, enis);
          return enis;
        },
        endpoint: 'https://ec2.simulated',
        proxy: undefined,
      },
      imds: {
        addresses: (mac, signal) =>
          process.alive(async () => {
            await time.sleep(2, signal);
            const eni = world.store.imdsEnis(this.place.instanceId).find((each) => each.mac === mac);
            return eni && [...eni.addresses, ...eni.ipv6Addresses];
          }),
      },
      node: simulatedWatchNode(this, process, time),
      // As timers have it: whole milliseconds, and one at least.
      clock: {
        now: () => process.clock.now(),
        sleep: (ms, signal) => process.clock.sleep(Math.max(1, Math.trunc(ms)), signal),
      },
      wallClock: () => world.wallClock().getTime() + skew,
      random,
      log: story.logOf(this.name),
      instanceId: this.place.instanceId,
      past: (address) => this.#told.get(address),
      tell: (state) => void this.#told.set(state.address, state),
    };
  }
}

const changeable = [
  'isUp',
  'isServing',
  'isIsolated',
  'isDraining',
  'isGone',
  'hasCarrier',
  'hasGateway',
  'hasEc2',
] as const;

import type { RunContext } from '../../agent/commands/run/context.ts';
import { type ExitCode, exitCodeOf, messageOf } from '../../agent/failure.ts';
import type { Judge } from './judge.ts';
import { launch } from './launch.ts';
import type { FleetNode } from './node.ts';
import { newRun, type Run, strikesAt } from './run.ts';
import type { GroupPlan, Later, Mishap, NodePlan } from './scenario/model.ts';
import type { Scenery } from './scenery.ts';
import type { Story } from './story.ts';
import { suffer } from './suffer.ts';

/** What lives share. */
interface Surrounds {
  scenery: Scenery;
  story: Story;
  judge: Judge;
  /** A fault in the agent, to see it found. */
  wrap: ((context: RunContext) => RunContext) | undefined;
}

/** How far a node is: `settled` when its last run succeeded, `unserved` when it has given up. */
type LifeState = 'unborn' | 'unsettled' | 'settled' | 'unserved' | 'dead';

/** A node from its launch to its end, or to the end of the story. */
export class Life {
  readonly plan: NodePlan;
  readonly group: GroupPlan;
  instanceId = '';
  node: FleetNode | undefined;
  state: LifeState = 'unborn';
  /** Since when it is in that state, in ms of virtual time. */
  since = 0;
  /** The one under way. */
  run: Run | undefined;
  runs = 0;
  /** Whether any of its runs met trouble or was struck down. */
  isMarked = false;
  hasNewDisk = false;
  /** When it was last struck down, in ms of virtual time. */
  struckAt = Number.NEGATIVE_INFINITY;
  /** When it was struck down last, or a run failed or met trouble. */
  troubledAt = Number.NEGATIVE_INFINITY;
  readonly #world: Surrounds;
  #strike: (mishap: Mishap) => void = () => undefined;

  constructor(world: Surrounds, plan: NodePlan, group: GroupPlan) {
    this.#world = world;
    this.plan = plan;
    this.group = group;
  }

  get isAlive(): boolean {
    return this.state !== 'unborn' && this.state !== 'dead';
  }

  /** One run of the agent. Answers its failure's exit code, or that it did not come to its end. */
  async attempt(mishap?: Mishap): Promise<'done' | 'struck' | ExitCode> {
    const { scenery, story, judge } = this.#world;
    const { time } = scenery.region;
    const { node } = this;
    if (node === undefined) {
      throw new Error(`${this.plan.name} has not been launched`);
    }
    this.become('unsettled');
    this.runs += 1;
    const run = newRun(time.now(), mishap, node.machine.intents.size > 0);
    this.run = run;
    story.tell(this.plan.name, () => `-- run ${this.runs}`);
    const struck = Promise.withResolvers<{ by: Mishap }>();
    this.#strike = (by) => {
      node.kill();
      struck.resolve({ by });
    };
    const calledOff = this.#appoint(mishap);
    const whole = async () => {
      const { finished } = await node.run();
      story.tell(this.plan.name, () => 'kubelet may start');
      judge.gateOpens(this);
      await finished;
      return { failure: undefined };
    };
    const outcome = await Promise.race([whole().catch((failure: unknown) => ({ failure })), struck.promise]);
    calledOff();
    this.#strike = () => undefined;
    this.run = undefined;
    if ('by' in outcome) {
      await this.suffer(outcome.by);
      return 'struck';
    }
    const { failure } = outcome;
    if (failure === undefined) {
      this.become('settled');
      judge.runEnds(this, run, undefined);
      return 'done';
    }
    story.tell(this.plan.name, () => `FAILED (${exitCodeOf(failure)}): ${messageOf(failure)}`);
    judge.runEnds(this, run, failure);
    return exitCodeOf(failure);
  }

  /** Strikes if the mishap of the run under way is due at this call or step. */
  trips(at: 'call' | 'step', when: 'before' | 'after'): boolean {
    const { run } = this;
    if (run?.mishap === undefined || !strikesAt(run, at, when)) {
      return false;
    }
    this.#strike(run.mishap);
    return true;
  }

  become(state: LifeState): void {
    this.state = state;
    this.since = this.#world.scenery.region.time.now();
  }

  #appoint(mishap: Mishap | undefined): () => void {
    const { time } = this.#world.scenery.region;
    return mishap?.moment.at === 'time'
      ? time.at(time.now() + mishap.moment.ms, () => this.#strike(mishap))
      : () => undefined;
  }

  async suffer(what: Mishap | Later): Promise<void> {
    this.isMarked = true;
    this.struckAt = this.#world.scenery.region.time.now();
    this.troubledAt = this.struckAt;
    this.#world.story.tell(this.plan.name, () => `** ${what.what}`);
    this.become(what.what === 'terminate' ? 'dead' : 'unsettled');
    await suffer(this.#world.scenery.region, this, what);
  }

  /** Its launch. */
  begin(): void {
    const { scenery, story, judge, wrap } = this.#world;
    this.node = launch(scenery, this.plan, this.group, story.logOf(this.plan.name), wrap);
    this.instanceId = this.node.instanceId;
    judge.lives.set(this.instanceId, this);
    this.node.machine.onStep = (_, when) => {
      if (this.run !== undefined && when === 'before') {
        this.run.steps += 1;
      }
      this.trips('step', when);
    };
    this.become('unsettled');
    story.tell(
      this.plan.name,
      () => `launched as ${this.instanceId} (${this.group.type}, ${this.plan.zone})`,
    );
  }
}

import { text } from '../simulator/api/params.ts';
import type { Eni } from '../simulator/model/records.ts';
import { isAlone } from './alone.ts';
import { createFault, firstTryFault } from './judge-create.ts';
import { endFault, leftFault } from './judge-failure.ts';
import { gateFault } from './judge-gate.ts';
import { namedEni, writeFault } from './judge-write.ts';
import type { Life } from './life.ts';
import type { Call, Happening, Region } from './region.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenario/model.ts';
import type { Story } from './story.ts';

/** Sees to the invariants while the story goes on. The first one that breaks ends it. */
export class Judge {
  /** Which invariant is broken, and by whom. */
  verdict: string | undefined;
  readonly homes: ReadonlySet<string>;
  /** By instance id. */
  readonly lives = new Map<string, Life>();
  /** Whether all is over, and nodes run one after the other: then only they themselves can be in their way. */
  isOver = false;
  /** Creates that EC2 refused because the address was taken. */
  collisions = 0;
  /** Whether a run has failed: what it had claimed it gave back. */
  hasSeenFailure = false;
  /** Agent's calls that have changed something. */
  writes = 0;
  readonly #region: Region;
  readonly #scenario: Scenario;
  readonly #story: Story;
  /** When someone else last changed what is held in a subnet. */
  readonly #changedAt = new Map<string, number>();
  readonly #before = new WeakMap<Call, Eni>();

  constructor(region: Region, story: Story, scenario: Scenario, homes: Iterable<string>) {
    this.#region = region;
    this.#story = story;
    this.#scenario = scenario;
    this.homes = new Set(homes);
  }

  breaks(who: string, what: string | undefined): void {
    if (what !== undefined && this.verdict === undefined) {
      this.verdict = `${who}: ${what}`;
      this.#story.tell(who, () => `!!! ${what}`);
    }
  }

  /** Told of whatever others do to the addresses of a subnet. */
  othersChange(subnetId: string): void {
    this.#changedAt.set(subnetId, this.#region.time.now());
  }

  /** Told of a call right before its effect. */
  before(call: Call): void {
    const { world } = this.#region;
    const eni = isRead(call) ? undefined : namedEni(world, call);
    if (eni !== undefined) {
      this.#before.set(call, eni);
    }
    const life = this.lives.get(call.instanceId ?? '');
    if (call.action === 'CreateNetworkInterface' && life !== undefined) {
      const isAlone = this.#isAlone(life, text(call.params, 'SubnetId') ?? '');
      this.breaks(
        life.plan.name,
        isAlone ? prefixed(call.action, firstTryFault(world, life, call)) : undefined,
      );
    }
  }

  /** Told of a call at its effect. */
  after({ call, code }: Happening): void {
    if (isRead(call)) {
      return;
    }
    const { world } = this.#region;
    const life = this.lives.get(call.instanceId ?? '');
    const who = life?.plan.name ?? 'sweep';
    if (code !== undefined) {
      this.collisions += call.action === 'CreateNetworkInterface' && code !== 'RequestLimitExceeded' ? 1 : 0;
      this.#refused(call, life, code);
      return;
    }
    this.writes += 1;
    if (call.action !== 'CreateNetworkInterface') {
      this.breaks(who, prefixed(call.action, writeFault(world, life, call, this.#before.get(call))));
    } else if (life !== undefined) {
      this.breaks(who, prefixed(call.action, createFault(world, life, call)));
      const made = world.tokens.get(text(call.params, 'ClientToken') ?? '')?.eni.id;
      life.run?.created.push(...(made === undefined ? [] : [made]));
    } else {
      this.breaks(who, 'creates an ENI');
    }
  }

  gateOpens(life: Life): void {
    const fault = gateFault(this.#region.world, life);
    this.breaks(life.plan.name, fault && `kubelet is let start, though ${fault}`);
  }

  runEnds(life: Life, run: Run, failure: unknown): void {
    const { world, time } = this.#region;
    this.hasSeenFailure ||= failure !== undefined;
    const unsettled = [...this.lives.values()].filter(({ state }) => state !== 'settled' && state !== 'dead');
    const rivals = this.isOver
      ? life.group.config.interfaces.length
      : unsettled.length * 3 + this.#scenario.others.length * 8;
    this.breaks(life.plan.name, endFault(world, time.now(), life, run, failure, rivals));
    life.isMarked ||= run.faults > 0;
    if (failure !== undefined || run.faults > 0) {
      life.troubledAt = time.now();
    }
    // Where the only trouble is what no retry heals, nothing keeps the run from taking back what it made.
    const isFinal = this.#scenario.weather.final !== undefined;
    const isUndisturbed = isFinal ? life.plan.mishaps.length === 0 : !life.isMarked;
    if (failure !== undefined && isUndisturbed) {
      this.breaks(life.plan.name, leftFault(world, life, run, failure));
    }
  }

  /** Alone, one create is enough. */
  #refused({ action, params }: Call, life: Life | undefined, code: string): void {
    const subnetId = text(params, 'SubnetId') ?? '';
    const hidden = this.#scenario.subnets.find(({ id }) => id === subnetId)?.occupants.hidden ?? 0;
    if (
      action === 'CreateNetworkInterface' &&
      life?.runs === 1 &&
      hidden === 0 &&
      code !== 'RequestLimitExceeded' &&
      this.#isAlone(life, subnetId)
    ) {
      this.breaks(
        life.plan.name,
        `is refused ${text(params, 'PrivateIpAddress')} in ${subnetId} (${code}), though alone`,
      );
    }
  }

  #isAlone(life: Life, subnetId: string): boolean {
    const changedAt = this.#changedAt.get(subnetId) ?? Number.NEGATIVE_INFINITY;
    return isAlone(life, [...this.lives.values()], changedAt, this.#scenario.settings.consistencyMs ?? 0);
  }
}

function isRead({ action }: Call): boolean {
  return /^(Describe|Get)/.test(action);
}

function prefixed(action: string, fault: string | undefined): string | undefined {
  return fault && `${action} ${fault}`;
}

import { ExitCode, Failure } from '../../../agent/failure.ts';
import type { FaultKind } from '../../simulator/api/faults.ts';
import { ApiError } from '../../simulator/model/api-error.ts';
import type { Call } from '../region.ts';
import type { Disturbance } from './disturbances.ts';
import type { Scenario } from './scenarios.ts';
import type { Audience, Stage } from './stage.ts';
import type { Step } from './steps.ts';

/** A disturbance at a step. */
export interface Blow {
  step: Step;
  disturbance: Disturbance;
}

/** After the kill, in ms: the next process has listed what is there, and acts on it. */
const lateMs = 800;

/** Deals the blows of a story as their steps come. */
export class Disturber implements Audience {
  readonly #stage: Stage;
  readonly #cause: Scenario['cause'];
  readonly #blows: readonly Blow[];
  readonly #dealt = new Set<Blow>();
  /** Whether what lasts has come to its end. */
  isOver = false;
  isCauseGone = false;
  /** Why a blow could not be dealt after all. */
  impossible: string | undefined;

  constructor(stage: Stage, { cause }: Scenario, blows: readonly Blow[]) {
    this.#stage = stage;
    this.#cause = cause;
    this.#blows = blows;
  }

  /** Whether the steps of all blows have come. */
  get isDone(): boolean {
    return this.#dealt.size === this.#blows.length;
  }

  before(step: Step, call?: Call): FaultKind | undefined {
    for (const { effect } of this.#at(step)) {
      if (effect === 'taken') {
        this.#take(call);
      } else if (effect === 'gone') {
        this.#delete(call);
      } else if (effect === 'absent') {
        return 'hang';
      } else if ('fault' in effect) {
        return effect.fault;
      } else if ('fails' in effect && effect.fails === 'before') {
        throw failure(step);
      } else if ('kill' in effect && effect.kill !== 'after') {
        this.#stage.kill();
        if (call !== undefined && effect.kill === 'late') {
          this.#arriveLate(call);
        }
        return call === undefined ? undefined : 'reset';
      }
    }
    return step.name === this.#cause?.step && !this.isCauseGone ? { error: this.#cause } : undefined;
  }

  after(step: Step): void {
    for (const { effect } of this.#at(step)) {
      if (typeof effect === 'object' && 'kill' in effect && effect.kill === 'after') {
        this.#stage.kill();
      }
      if (typeof effect === 'object' && 'fails' in effect && effect.fails === 'after') {
        throw failure(step);
      }
    }
  }

  #at(step: Step): Disturbance[] {
    const met = this.#blows.filter((blow) => this.#hits(blow, step));
    for (const blow of met) {
      this.#dealt.add(blow);
    }
    return met.map(({ disturbance }) => disturbance);
  }

  #hits({ step: { name, nth }, disturbance: { extent } }: Blow, step: Step): boolean {
    const many = { once: 1, thrice: 3, lasting: this.isOver ? 0 : Number.POSITIVE_INFINITY }[extent];
    return step.name === name && step.nth >= nth && step.nth < nth + many;
  }

  #take(call: Call | undefined): void {
    const { SubnetId, PrivateIpAddress } = call?.params ?? {};
    if (typeof SubnetId === 'string' && typeof PrivateIpAddress === 'string') {
      this.#stage.region.world.addEni({ subnetId: SubnetId, address: PrivateIpAddress, hidden: true });
    }
  }

  #delete(call: Call | undefined): void {
    const { NetworkInterfaceId } = call?.params ?? {};
    const { world } = this.#stage.region;
    if (
      typeof NetworkInterfaceId !== 'string' ||
      world.store.eni(NetworkInterfaceId).attachment !== undefined
    ) {
      this.impossible = 'nobody deletes an attached ENI';
    } else {
      world.deleteEni(NetworkInterfaceId);
    }
  }

  #arriveLate(call: Call): void {
    const { time, region } = this.#stage;
    time.at(time.now() + lateMs, () => {
      try {
        region.perform(call);
      } catch (error) {
        if (!(error instanceof ApiError)) {
          throw error;
        }
      }
    });
  }
}

function failure({ name }: Step): Failure {
  return new Failure(ExitCode.host, `cannot ${name}: ENOSPC: no space left on device. Free some`);
}

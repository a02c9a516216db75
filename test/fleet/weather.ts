import type { ExitCode } from '../../agent/failure.ts';
import type { FaultKind } from '../simulator/api/faults.ts';
import { Chance } from './chance.ts';
import type { Call, Region } from './region.ts';
import type { Scenario, Weather } from './scenario/model.ts';
import { drawTrouble } from './scenario/troubles.ts';

/** The trouble that calls meet, until it is calm. */
export class Sky {
  readonly #weather: Weather;
  readonly #chance: Chance;
  readonly #cursed = new Map<string, boolean>();
  readonly #wavers: { upToMs: number } | undefined;
  readonly #final: FaultKind | undefined;
  #left: number;

  /** @param wavers each listing is behind by another time, up to consistencyMs: not all of EC2 knows the same */
  constructor({ weather, settings }: Scenario, wavers: boolean) {
    this.#weather = weather;
    this.#wavers = wavers ? { upToMs: settings.consistencyMs ?? 0 } : undefined;
    this.#chance = new Chance(weather.seed);
    this.#final = weather.final && { error: weather.final };
    this.#left = weather.atMost;
  }

  /** The exit code of a run that meets it, where time does not heal it. */
  exitCodeFor(fault: FaultKind | undefined): ExitCode | undefined {
    return fault !== undefined && fault === this.#final ? this.#weather.final?.exitCode : undefined;
  }

  meet(call: Call, { world, time }: Region): FaultKind | undefined {
    const { action, instanceId } = call;
    if (this.#wavers !== undefined) {
      world.settings.consistencyMs = this.#chance.between(0, this.#wavers.upToMs);
    }
    const { calmAt, share, final } = this.#weather;
    if (time.now() >= calmAt) {
      return undefined;
    }
    if (final !== undefined && final.action === action && this.#isCursed(instanceId, final.nodes)) {
      return this.#final;
    }
    if (this.#left === 0 || !this.#chance.yes(share)) {
      return undefined;
    }
    this.#left -= 1;
    return drawTrouble(this.#chance, world, call);
  }

  #isCursed(instanceId: string | undefined, share: number): boolean {
    if (instanceId === undefined) {
      return false;
    }
    const isCursed = this.#cursed.get(instanceId) ?? this.#chance.yes(share);
    this.#cursed.set(instanceId, isCursed);
    return isCursed;
  }
}

/** In words. */
export function faultText(fault: FaultKind): string {
  if (typeof fault === 'string') {
    return fault;
  }
  return 'error' in fault ? fault.error.code : `answered ${fault.delayMs} ms late`;
}

import { type Disturbance, disturbances, impossibleThere } from './disturbances.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Step } from './steps.ts';
import { story, type Verdict } from './story.ts';
import { undisturbed } from './undisturbed.ts';

/** How far behind EC2's listings are, in ms. */
export const worlds = [0, 3_000];

/** One step, one disturbance, one world. */
export interface Cell {
  scenario: string;
  consistencyMs: number;
  step: Step;
  disturbance: Disturbance;
  verdict: Verdict;
}

/** Every step of every scenario times every disturbance, in both worlds. */
export async function matrix(which: readonly Scenario[] = scenarios): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const scenario of which) {
    for (const consistencyMs of worlds) {
      const whole = await undisturbed(scenario, consistencyMs);
      for (const step of whole.steps) {
        for (const disturbance of disturbances) {
          const why =
            disturbance.impossible(step) ??
            (step.name === scenario.cause?.step ? impossibleThere(disturbance) : undefined);
          const verdict =
            why === undefined
              ? (await story(whole, [{ step, disturbance }])).verdict
              : { verdict: 'impossible' as const, why };
          cells.push({ scenario: scenario.name, consistencyMs, step, disturbance, verdict });
        }
      }
    }
  }
  return cells;
}

import { sweep } from './commands.ts';
import { Disturber } from './disturber.ts';
import type { Place } from './place.ts';
import type { Scenario } from './scenarios.ts';
import { type Outcome, Stage } from './stage.ts';
import type { Step } from './steps.ts';

/** How a command, or one after it, is to end. */
export interface Goal {
  outcome: Outcome;
  stage: Stage;
}

/** A scenario in which nothing else goes wrong, in a world whose listings are so far behind, in ms. */
export interface Undisturbed {
  scenario: Scenario;
  consistencyMs: number;
  steps: readonly Step[];
  /** With a cause that goes away, two: before that and after. */
  goals: readonly Goal[];
}

/** Until nothing moves any more, in ms; the least pause of the unit after a failure is half of it. */
export const calmMs = 60_000;

/** The steps that a scenario takes, and how it ends. */
export async function undisturbed(scenario: Scenario, consistencyMs: number): Promise<Undisturbed> {
  const goals: Goal[] = [];
  let steps: readonly Step[] = [];
  for (const isCauseGone of scenario.cause === undefined ? [false] : [false, true]) {
    const stage = await setUp(scenario, consistencyMs);
    const before = stage.steps.length;
    const disturber = new Disturber(stage, scenario, []);
    disturber.isCauseGone = isCauseGone;
    stage.audience = disturber;
    const outcome = await stage.attempt(scenario.command);
    await stage.wait(calmMs);
    steps = isCauseGone ? steps : stage.steps.slice(before);
    await swept(stage, scenario);
    goals.push({ outcome, stage });
  }
  return { scenario, consistencyMs, steps, goals };
}

/** A stage on which all is as the scenario has it before its command. */
export async function setUp(scenario: Scenario, consistencyMs: number): Promise<Stage> {
  const places: Place[] = [];
  const stage = new Stage(consistencyMs, (place) => {
    places.push(place);
    return scenario.config(place);
  });
  for (const place of places) {
    await scenario.before?.(stage, place);
  }
  return stage;
}

/** Whether the timer's sweep, where it is part of the story, has done its part. */
export async function swept(stage: Stage, { isSwept }: Scenario): Promise<boolean> {
  return !isSwept || (await stage.attempt(sweep)).kind === 'done';
}

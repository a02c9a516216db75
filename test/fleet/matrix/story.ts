import { isRead } from '../../simulator/api/buckets.ts';
import { complaintOf, ownEnis } from './complaint.ts';
import { type Blow, Disturber } from './disturber.ts';
import { difference, endState, halfNetwork } from './end-state.ts';
import type { Scenario } from './scenarios.ts';
import type { Outcome, Stage } from './stage.ts';
import type { Step } from './steps.ts';
import { calmMs, type Goal, setUp, swept, type Undisturbed } from './undisturbed.ts';

/** Same: it went through by itself. Again: it failed or was killed, and the next run came to the same end. */
export type Verdict = { verdict: 'same' | 'again' } | { verdict: 'impossible' | 'FAILED'; why: string };

/** By hand at once: systemd waits 15 s after a kill, when all of this is calm. In ms. */
const restartMs = 250;
const mostTries = 8;
/** How often what lasts is met before someone acts. */
const lastingTries = 2;

/** Runs the command, disturbed, and again until it ends as it would have undisturbed. Answers its steps until then. */
export async function story(
  { scenario, consistencyMs, goals }: Undisturbed,
  blows: readonly Blow[],
): Promise<{ verdict: Verdict; steps: readonly Step[] }> {
  const stage = await setUp(scenario, consistencyMs);
  const before = stage.steps.length;
  const disturber = new Disturber(stage, scenario, blows);
  stage.audience = disturber;
  const verdict = await untilSame(stage, scenario, disturber, blows, goals);
  const steps = stage.steps.slice(before);
  disturber.isOver = true;
  const isWell = verdict.verdict === 'same' || verdict.verdict === 'again';
  return { verdict: isWell ? await staysSo(stage, scenario, verdict) : verdict, steps };
}

async function untilSame(
  stage: Stage,
  scenario: Scenario,
  disturber: Disturber,
  blows: readonly Blow[],
  goals: readonly Goal[],
): Promise<Verdict> {
  const leeway = blows.find(({ disturbance }) => disturbance.leeway)?.disturbance.leeway;
  let reached = 0;
  let verdict: Verdict = { verdict: 'again' };
  for (let tries = 1; tries <= mostTries; tries += 1) {
    disturber.isOver = tries > lastingTries;
    const goal = goals[reached];
    const made = ownEnis(stage);
    stage.told.length = 0;
    let half: string | undefined;
    const outcome = await stage.attempt((node, joined) =>
      scenario.command(node, () => {
        half = halfNetwork(stage);
        joined();
      }),
    );
    if (half !== undefined) {
      return failed(`try ${tries}: kubelet is let start, but ${half}`);
    }
    await stage.wait(outcome.kind === 'killed' ? restartMs : calmMs);
    const isSwept = outcome.kind !== 'done' || (await swept(stage, scenario));
    const complaint =
      outcome.kind === 'failed' ? complaintOf(stage, scenario, blows, outcome, made) : undefined;
    if (complaint !== undefined || goal === undefined) {
      return failed(`try ${tries}: ${complaint}`);
    }
    if (isAsIn(goal, outcome, scenario)) {
      // Of what an earlier try has made whole, none is taken back.
      const mayStay = tries > 1 && outcome.kind === 'failed';
      const differs = mayStay ? '' : difference(endState(goal.stage, leeway), endState(stage, leeway));
      if (differs === '') {
        verdict = tries === 1 ? { verdict: 'same' } : verdict;
        reached += 1;
        disturber.isCauseGone = true;
      } else if (isSwept && !scenario.isOnTimer && !isTold(stage, outcome)) {
        return failed(`try ${tries}: ${JSON.stringify(outcome)}, but\n${differs}`);
      }
    } else if (outcome.kind === 'done') {
      return failed(`try ${tries}: done, though ${scenario.cause?.code}`);
    }
    if (tries === 1 && scenario.cause !== undefined && !scenario.causeStays) {
      reached = 1;
      disturber.isCauseGone = true;
    }
    if (reached === goals.length) {
      if (disturber.impossible !== undefined) {
        return { verdict: 'impossible', why: disturber.impossible };
      }
      return disturber.isDone ? verdict : failed('the step never came');
    }
  }
  return failed(`no end after ${mostTries} tries: ${stage.told.join('\n')}`);
}

/** A further one finds everything in place, but for floating addresses that EC2 did not assign in time. */
async function staysSo(stage: Stage, { command }: Scenario, verdict: Verdict): Promise<Verdict> {
  const state = endState(stage);
  const before = stage.steps.length;
  const left = stage.told.flatMap((line) => /assign (\S+) .*left to the watcher/.exec(line)?.[1] ?? []);
  const outcome = await stage.attempt(command);
  const writes = stage.steps
    .slice(before)
    .filter(({ action, name }) => action !== undefined && !isRead(action) && !name.endsWith('the instance'))
    .map(({ name }) => name)
    .filter((name) => !left.some((address) => name.startsWith('Assign') && name.endsWith(` ${address}`)));
  const differs = difference(state, endState(stage));
  return outcome.kind === 'done' && differs === '' && writes.length === 0
    ? verdict
    : failed(`a further one: ${JSON.stringify(outcome)}, ${writes.join(', ')}\n${differs}`);
}

function isAsIn(goal: Goal, outcome: Outcome, { cause }: Scenario): boolean {
  const [action = '', code = ''] = [cause?.step.replace(/ .*/, ''), cause?.code];
  return outcome.kind === 'failed'
    ? goal.outcome.kind === 'failed' &&
        goal.outcome.exitCode === outcome.exitCode &&
        outcome.message.includes(`${action}: ${code}`)
    : goal.outcome.kind === outcome.kind;
}

/** Whether the journal, or the failure, says that something is left for the next run. */
function isTold(stage: Stage, outcome: Outcome): boolean {
  const message = outcome.kind === 'failed' ? outcome.message : '';
  return /left as it is/.test(message) || stage.told.some((line) => /going on without it/.test(line));
}

function failed(why: string): Verdict {
  return { verdict: 'FAILED', why };
}

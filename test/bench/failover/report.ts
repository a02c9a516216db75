import type { Case } from '../../nodeport/failover/case.ts';
import type { Outcome } from '../../nodeport/failover/outcome.ts';
import type { Report } from '../report.ts';
import { median, rounded } from '../statistics.ts';

/** The runs of each case, as rows, with the figures of those that have a goal. */
export function failoverReport(runs: ReadonlyMap<Case, readonly Outcome[]>): Report {
  const found = [...runs].map(([each, outcomes]) => ({ each, outcomes, ...summary(outcomes) }));
  const all = found.flatMap(({ outcomes }) => outcomes);
  const figures = found
    .filter(({ each }) => each.moves > 0)
    .flatMap(({ each, medianMs, worstMs }): [string, number][] => {
      const name = each.name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      return [
        [`${name}Ms`, medianMs],
        [`${name}WorstMs`, worstMs],
      ];
    });
  return {
    name: 'failover',
    columns: [
      'what befalls',
      'runs',
      'without service: median ms',
      'worst',
      'of it convergence',
      'until the first write',
      'to the assign',
      'moves',
      'in vain',
    ],
    rows: found.map(({ each, outcomes, ...of }) => [
      each.title,
      outcomes.length,
      of.medianMs,
      of.worstMs,
      of.convergenceMs,
      of.decidedMs,
      of.callsMs,
      of.moves,
      of.inVain,
    ]),
    figures: {
      ...Object.fromEntries(figures),
      wrongMoves: found.filter(({ each, outcomes }) => outcomes.some(({ moves }) => moves !== each.moves))
        .length,
      doubleMs: rounded(Math.max(...all.map(({ doubleMs }) => doubleMs))),
      describesAMinute: rounded(
        Math.max(
          ...found
            .filter(({ each }) => each.isForBench === true)
            .flatMap(({ outcomes }) => outcomes.map(({ describesAMinute }) => describesAMinute)),
        ),
        2,
      ),
    },
    notes: [
      'without service: from the last answer before to the first after, asked every 20 ms, each time anew',
      'of it convergence: while EC2 had taken the assign and the VPC did not yet deliver by it (0.8 to 1.6 s, drawn each time)',
      'until the first write, to the assign: medians, from the event to the first unassign, from there to the assign that succeeded',
      'moves, in vain: the most of a run; in vain: assigns and unassigns that EC2 refused, because another was faster',
      `the machine let the client not ask for ${rounded(Math.max(...all.map(({ stalledMs }) => stalledMs)))} ms at worst; a run with more than 200 was made again`,
    ],
  };
}

function summary(outcomes: readonly Outcome[]) {
  const middle = (key: 'withoutMs' | 'convergenceMs' | 'decidedMs' | 'callsMs') => {
    const values = outcomes.map((each) => each[key]).filter((value) => value !== undefined);
    return values.length === 0 ? 0 : rounded(median(values));
  };
  return {
    medianMs: middle('withoutMs'),
    worstMs: rounded(Math.max(...outcomes.map(({ withoutMs }) => withoutMs))),
    convergenceMs: middle('convergenceMs'),
    decidedMs: middle('decidedMs'),
    callsMs: middle('callsMs'),
    moves: Math.max(...outcomes.map(({ moves }) => moves)),
    inVain: Math.max(...outcomes.map(({ inVain }) => inVain)),
  };
}

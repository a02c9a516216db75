import type { Report } from '../report.ts';
import { type Measured, runCells, runColumns, toFloor, worst } from './measured.ts';
import { notes } from './report.ts';

/** A scale-up in surroundings that are less kind, one row each; the figures are the worst of all. */
export function worldsReport(all: readonly Measured[]): Report {
  const runs = all.flatMap((each) => each.runs);
  return {
    name: 'fleet, in worlds less kind',
    columns: ['nodes', 'world', ...runColumns],
    rows: all.map((each) => [each.nodes, each.world ?? '', ...runCells(each)]),
    figures: {
      nodes: Math.max(...all.map(({ nodes }) => nodes)),
      failed: worst(runs, ({ failed }) => failed),
      createsPerEni: worst(runs, ({ createsPerEni }) => createsPerEni, 3),
      packingExcess: worst(runs, ({ excess }) => excess),
      lastKubeletToFloor: worst(runs, toFloor, 3),
    },
    notes: [
      ...notes.slice(0, -1),
      'of the nodes that die, those that had not come up are in neither count; an address that one of them had counts ' +
        'as taken',
    ],
  };
}

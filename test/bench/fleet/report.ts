import { latencies } from '../boot/latencies.ts';
import type { Report } from '../report.ts';
import { chainMs } from './floor.ts';
import { fewest, type Measured, runCells, runColumns, toChain, toFloor, worst } from './measured.ts';

/** The figures are those of the most nodes at once, and the worst of the runs. */
export function fleetReport(all: readonly Measured[]): Report {
  const atOnce = all.filter(({ by, arrival }) => by === 'agent' && arrival === 'at once');
  const chosen = atOnce.at(-1);
  const beside = (by: Measured['by'], arrival: Measured['arrival']) =>
    all.find((each) => each.by === by && each.arrival === arrival && each.nodes === chosen?.nodes)?.runs ??
    [];
  const runs = chosen?.runs ?? [];
  const trickling = beside('agent', 'trickling');
  const lambda = beside('Lambda', 'at once');
  return {
    name: 'fleet',
    columns: ['nodes', 'arrival', 'by', ...runColumns],
    rows: all.map((each) => [each.nodes, each.arrival, each.by, ...runCells(each)]),
    figures: {
      nodes: chosen?.nodes ?? 0,
      succeeded: fewest(runs),
      createsPerEni: worst(runs, (run) => run.createsPerEni, 3),
      throttledCreatesPerEni: worst(runs, (run) => run.throttledPerEni, 1),
      callsPerNode: worst(runs, (run) => run.callsPerNode, 1),
      triesPerNode: worst(runs, (run) => run.triesPerNode, 1),
      packingExcess: worst(runs, (run) => run.excess),
      packingExcessPercent: worst(runs, (run) => 100 * run.excessShare, 2),
      lastKubeletToFloor: worst(runs, toFloor, 3),
      lastKubeletToFloorAndChain: worst(runs, toChain, 3),
      tricklingSucceeded: fewest(trickling),
      tricklingCreatesPerEni: worst(trickling, (run) => run.createsPerEni, 3),
      tricklingPackingExcess: worst(trickling, (run) => run.excess),
      lambdaSucceeded: fewest(lambda),
      lambdaCreatesPerEni: worst(lambda, (run) => run.createsPerEni, 3),
      ...Object.fromEntries(atOnce.length > 1 ? atOnce.flatMap(figuresOf) : []),
    },
    notes,
  };
}

function figuresOf({ nodes, runs }: Measured): [string, number][] {
  return [
    [`succeeded${nodes}`, fewest(runs)],
    [`createsPerEni${nodes}`, worst(runs, (run) => run.createsPerEni, 3)],
    [`packingExcess${nodes}`, worst(runs, (run) => run.excess)],
    [`lastKubeletToFloor${nodes}`, worst(runs, toFloor, 3)],
  ];
}

const { describe, create, attach, device, modify } = latencies;

export const notes = [
  `in virtual time: each call takes what the bench boot has it take (describe ${describe}, create ${create}, attach ` +
    `${attach}, device ${device}, modify ${modify} ms), a tenth more or less; listings lag by 500 ms; EC2 throttles by its ` +
    'documented token buckets',
  'at once: all within one second; trickling: one every two seconds on average. Each node has two ENIs to get, each in ' +
    'a subnet of its own',
  'the rows have medians, of succeeded and excess the worst; the figures are the worst of the runs',
  'creates/ENI: those that EC2 carried out, or refused because the address was taken, for each ENI of a node that ' +
    'succeeded; throttled ones are apart. tries: calls and what was throttled',
  'excess: how far the highest address is above the densest packing',
  "floor: the largest, over the actions on the way to kubelet, of (calls − bucket) / refill; where one node's chain, " +
    `${describe} + ${create} + ${device} = ${chainMs} ms, is longer, that; trickling, the start of the last node and its chain`,
  'Lambda: one invocation an instance, warm and at once; last gate is of those nodes that succeed, without the 30 s that ' +
    'its user data sleeps; boto3 tries throttled calls five times. An instance that it gives up is not replaced here',
];

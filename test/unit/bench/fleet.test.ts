/** What the bench 'fleet' reckons with, and what it shows. */
import t from 'tap';
import type { Run } from '../../bench/fleet/case.ts';
import { bucketFloorMs, chainMs, neededCalls } from '../../bench/fleet/floor.ts';
import type { Measured } from '../../bench/fleet/measured.ts';
import { fleetPlot } from '../../bench/fleet/plot.ts';
import { fleetReport } from '../../bench/fleet/report.ts';
import { fleet } from '../../bench/fleet.ts';
import { UsageError } from '../../bench/usage-error.ts';

t.test("the floor is the issue's", async (t) => {
  const needed = await neededCalls({});
  t.equal(chainMs, 250 + 600 + 1500);
  t.equal(bucketFloorMs(needed, 10, {}), 0);
  t.equal(bucketFloorMs(needed, 200, {}), ((2 * 200 - 50) / 5) * 1000);
  t.equal(bucketFloorMs(needed, 200, { othersShare: 0.2 }), ((2 * 200 - 50) / 4) * 1000);
  t.equal(bucketFloorMs(new Map([['DescribeSubnets', 30]]), 200, {}), ((30 * 200 - 100) / 20) * 1000);
});

const good: Run = {
  succeeded: 200,
  failed: 0,
  createsPerEni: 1,
  throttledPerEni: 4,
  callsPerNode: 12,
  triesPerNode: 30,
  excess: 0,
  excessShare: 0,
  lastGateMs: 77_000,
  floorMs: 70_000,
  floorAndChainMs: 72_350,
};
const bad: Run = { ...good, succeeded: 20, createsPerEni: 20, excess: 3, excessShare: 0.15 };
const at = { nodes: 200, arrival: 'at once' } as const;
const measured: Measured[] = [
  { ...at, nodes: 50, by: 'agent', runs: [{ ...good, succeeded: 50 }] },
  { ...at, by: 'agent', runs: [good, { ...good, createsPerEni: 1.5, lastGateMs: 84_000, succeeded: 199 }] },
  { ...at, by: 'Lambda', runs: [bad] },
];

t.test('the figures are those of the most nodes, and the worst of the runs', async (t) => {
  const { figures } = fleetReport(measured);
  t.match(figures, {
    nodes: 200,
    succeeded: 199,
    createsPerEni: 1.5,
    callsPerNode: 12,
    packingExcess: 0,
    lastKubeletToFloor: 1.2,
    lambdaSucceeded: 20,
    succeeded50: 50,
  });
});

t.test('the plot says how many of the nodes the time is of', async (t) => {
  const svg = fleetPlot(fleetReport(measured));
  t.match(svg, />20 of 200</);
  t.notMatch(svg, /NaN|Infinity|undefined/);
});

t.test('a number of nodes that is none is refused', async (t) => {
  for (const args of [
    ['--nodes', '0'],
    ['--nodes', 'many'],
    ['--seeds', '3'],
  ]) {
    const error = await fleet(args).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    t.ok(error instanceof UsageError, args.join(' '));
  }
});

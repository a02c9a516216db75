/** What the benches reckon with. */
import t from 'tap';
import { barChart } from '../../bench/bar-chart.ts';
import { beyondFloor } from '../../bench/boot/beyond-floor.ts';
import { floorMs } from '../../bench/boot/latencies.ts';
import { needs } from '../../bench/measured.ts';
import { median } from '../../bench/statistics.ts';
import { fill, large } from '../../bench/subnet-size/fill.ts';
import { World } from '../../simulator/model/world.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';

t.test('the median', async (t) => {
  t.equal(median([30, 1, 2]), 2);
  t.equal(median([4, 1, 2, 30]), 3);
  t.throws(() => median([]));
});

t.test("the floor is the issue's", async (t) => {
  t.equal(floorMs, 3 * 2 + 250 + 600 + 1500);
});

t.test('a run is the floor and what came on top of it, part by part', async (t) => {
  const startMs = 1000;
  const calls = [
    { action: 'DescribeSubnets', at: 1106 },
    { action: 'GetSubnetCidrReservations', at: 1109 },
    { action: 'CreateNetworkInterface', at: 1370 },
    { action: 'CreateNetworkInterface', at: 1379 },
    { action: 'AttachNetworkInterface', at: 1990 },
    { action: 'AttachNetworkInterface', at: 2000 },
    // Behind the creates a describe is no part of the first round.
    { action: 'DescribeNetworkInterfaces', at: 2050 },
    { action: 'ModifyNetworkInterfaceAttribute', at: 2910 },
  ];
  const gateAt = 3550;
  const parts = beyondFloor(startMs, calls, [3495, 3502], gateAt);
  t.strictSame(parts, { start: 100, describes: 3, plan: 20, attach: 21, device: 2, gate: 48 });
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  t.equal(floorMs + sum, gateAt - startMs);
});

for (const holders of ['pods', 'ENIs'] as const) {
  for (const inUse of [10, 1_000, 20_000]) {
    t.test(`${inUse} addresses in use, held by ${holders}`, async (t) => {
      const world = new World({ clock: new VirtualClock(), eniQuota: 30_000 });
      fill(world, holders, inUse);
      const { pool } = world.subnet(large);
      t.equal(65_536 - 5 - pool.available, inUse);
      const last = 4 + inUse - 1;
      const address = (n: number) => `10.64.${Math.floor(n / 256)}.${n % 256}`;
      t.not(pool.ownerOf(address(last)), undefined);
      t.equal(pool.ownerOf(address(last + 1)), undefined);
    });
  }
}

t.test('bars are as long as their values', async (t) => {
  const svg = barChart('a < b', 'ms', [
    { label: 'all', value: 1234 },
    { label: 'half', value: 617 },
  ]);
  t.match(svg, /<title>a &lt; b<\/title>/);
  t.match(svg, /all<.*width="420".*>1,234 ms</);
  t.match(svg, /half<.*width="210".*>617 ms</);
});

t.test('what is missing is told with the command that installs it', async (t) => {
  await t.rejects(needs('/no/such/program', 'apt-get install --yes such'), {
    message: 'this bench needs /no/such/program: apt-get install --yes such',
  });
  await needs(process.execPath, 'npm ci');
});

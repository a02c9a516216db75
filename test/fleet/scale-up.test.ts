/** A node group scales up: what EC2 is asked for, and which addresses the nodes get. */
import t from 'tap';
import { Random } from '../simulator/model/random.ts';
import { Region } from './region.ts';
import { invokeLambda } from './scale-up/lambda.ts';
import { buildSite, kindly } from './scale-up/surroundings.ts';
import { type ScaleUpResult, scaleUp } from './scale-up.ts';
import { VirtualTime } from './virtual-time.ts';

/** The ENIs of each node that is up, by the order of its start: `10.0.0.4 10.0.16.4`. */
function addresses({ up, region: { world } }: ScaleUpResult): string[] {
  return up
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map(({ instanceId }) =>
      world.store
        .attachedEnis(instanceId)
        .filter(({ attachment }) => attachment?.deviceIndex !== 0)
        .map((eni) => eni.addresses[0])
        .sort()
        .join(' '),
    );
}

t.test('twenty nodes at once: all come up, one create an ENI, no hole', async (t) => {
  const result = await scaleUp({ nodes: 20, arrival: 'at once', seed: 7 });
  t.strictSame(result.failures, []);
  t.equal(result.calls['CreateNetworkInterface'], 40);
  t.strictSame(result.packing, { excess: 0, share: 0 });
  const hosts = Array.from({ length: 20 }, (_, n) => n + 4);
  const all = ['10.0.0', '10.0.16'].flatMap((net) => hosts.map((host) => `${net}.${host}`));
  t.strictSame(new Set(addresses(result).flatMap((both) => both.split(' '))), new Set(all));
});

t.test('three nodes one after the other have the lowest addresses, in that order', async (t) => {
  const result = await scaleUp({ nodes: 3, arrival: 'trickling', seed: 3 });
  t.strictSame(addresses(result), ['10.0.0.4 10.0.16.4', '10.0.0.5 10.0.16.5', '10.0.0.6 10.0.16.6']);
  t.equal(result.calls['CreateNetworkInterface'], 6);
});

t.test('where attaches are scarce none is made before EC2 knows the ENI', async (t) => {
  const { calls, up } = await scaleUp({ nodes: 30, arrival: 'at once', seed: 1 });
  t.equal(up.length, 30);
  t.equal(calls['AttachNetworkInterface'], 60);
});

t.test('where EC2 throttles, nobody insists on the reservations of other zones', async (t) => {
  const { calls, up } = await scaleUp({
    nodes: 60,
    arrival: 'at once',
    seed: 1,
    surroundings: { zones: 3 },
  });
  t.equal(up.length, 60);
  // All of six subnets: 360. Its own two: 120, and what the bucket let through before the zones were known.
  t.ok(Number(calls['GetSubnetCidrReservations']) < 240, `${calls['GetSubnetCidrReservations']}`);
});

t.test('where pods hold every other address, the packing is reckoned by what was free', async (t) => {
  const { packing } = await scaleUp({
    nodes: 10,
    arrival: 'at once',
    seed: 1,
    surroundings: { podShare: 0.5 },
  });
  t.equal(packing.excess, 0);
});

t.test('a node that dies in the middle is no failure, and its address counts as taken', async (t) => {
  const { up, died, failures } = await scaleUp({
    nodes: 10,
    arrival: 'at once',
    seed: 1,
    surroundings: { deathShare: 1 },
  });
  t.equal(up.length + died, 10);
  t.ok(died > 0);
  t.strictSame(failures, []);
});

t.test('the Lambda: of twenty on one listing fifteen get there, with 195 creates', async (t) => {
  const time = new VirtualTime();
  const region = new Region({ time, latency: () => 100, throttles: false, consistencyMs: 1_900 });
  const site = buildSite(region.world, kindly, new Random(1));
  let creates = 0;
  region.onCall = ({ call: { action } }) => {
    creates += action === 'CreateNetworkInterface' ? 1 : 0;
  };
  const subnets = site.zones.flatMap(({ workers }) => workers[0]?.map(({ id }) => id) ?? []);
  const invocations = Array.from({ length: 20 }, () => {
    const { id } = region.world.launch({ type: 'm5.xlarge', subnetId: site.zones[0]?.home.id ?? '' });
    return invokeLambda(region, {
      instanceId: id,
      subnets,
      securityGroup: site.securityGroup,
      random: () => 0.5,
    });
  });
  const outcomes = await time.run(Promise.allSettled(invocations));
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 15);
  t.equal(creates, 195);
});

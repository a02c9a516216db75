import t from 'tap';
import { simulated, subnetId } from './simulated.ts';

t.test('page by page: each the same query, none after the last', async (t) => {
  const { sim, ec2 } = await simulated(t, { buckets: false });
  const made = Array.from({ length: 2_100 }, () => sim.world.addEni({ subnetId, tags: { team: 'core' } }).id);
  const query = { subnetIds: [subnetId], tags: { team: 'core' } };
  const seen: string[] = [];
  let next: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await ec2.describeEniPage(query, next);
    seen.push(...page.enis.map(({ id }) => id));
    next = page.next;
    t.equal(page.enis.length, pages < 3 ? 1_000 : 100);
    if (next === undefined) {
      t.equal(pages, 3);
      break;
    }
  }
  t.strictSame(seen.sort(), made.sort());
  const asked = sim.record.calls.filter(({ action }) => action === 'DescribeNetworkInterfaces');
  const filters = asked.map(({ params }) =>
    Object.fromEntries(Object.entries(params).filter(([key]) => key !== 'NextToken')),
  );
  t.strictSame(filters, [filters[0], filters[0], filters[0]]);
  t.strictSame(await ec2.describeEniPage({ ids: ['eni-0123456789abcdef0'] }, undefined), {
    enis: [],
    next: undefined,
  });
});

t.test('a page that is throttled is asked for again by itself', async (t) => {
  const { sim, ec2 } = await simulated(t, { buckets: false });
  for (let i = 0; i < 1_001; i += 1) {
    sim.world.addEni({ subnetId, tags: { team: 'core' } });
  }
  const query = { tags: { team: 'core' } };
  const first = await ec2.describeEniPage(query, undefined);
  const throttle = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  sim.faults.add({ action: 'DescribeNetworkInterfaces', kind: { error: throttle } });
  await t.rejects(ec2.describeEniPage(query, first.next), { name: 'Ec2Error', class: 'throttled' });
  const second = await ec2.describeEniPage(query, first.next);
  t.equal(new Set([...first.enis, ...second.enis].map(({ id }) => id)).size, 1_001);
});

t.test('ENIs by owner, status, VPC and instance', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t);
  const { account } = sim.world.settings;
  const free = sim.world.addEni({ subnetId, tags: { multus: 'true' } });
  const used = sim.world.addEni({ subnetId, tags: { multus: 'true' } });
  await ec2.attachEni({ eniId: used.id, instanceId, deviceIndex: 1, networkCard: 0 });
  const tags = { multus: 'true' };
  const idsOf = async (query: Parameters<typeof ec2.describeEnis>[0]) =>
    (await ec2.describeEnis({ tags, ...query })).map(({ id }) => id).sort();
  t.strictSame(await idsOf({ status: 'available' }), [free.id]);
  t.strictSame(await idsOf({ attachedTo: instanceId }), [used.id]);
  t.strictSame(await idsOf({ owner: account, vpcId: 'vpc-11111111' }), [free.id, used.id].sort());
  t.strictSame(await idsOf({ owner: '999999999999' }), []);
  t.strictSame(await idsOf({ vpcId: 'vpc-22222222' }), []);
});

t.test('instances: the states of those that EC2 shows, terminated ones included', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t);
  const dead = sim.world.launch({ type: 'm5.large', subnetId }).id;
  sim.world.launch({ type: 'm5.large', subnetId });
  sim.world.terminate(dead);
  const found = await ec2.describeInstances([dead, 'i-0123456789abcdef0', instanceId]);
  t.strictSame(
    new Map(found.map((each) => [each.instanceId, each.state])),
    new Map([
      [dead, 'terminated'],
      [instanceId, 'running'],
    ]),
  );
});

import t from 'tap';
import { simulated, subnetId } from './simulated.ts';

t.test('the instances launched at about a time, with their ENIs', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t, { pendingMs: 60_000 });
  const { world } = sim;
  const tags = { 'aws:autoscaling:groupName': 'workers' };
  const pending = world.launch({ type: 'm5.large', subnetId, tags, state: 'pending' });
  const ended = world.launch({ type: 'm5.large', subnetId });
  world.terminate(ended.id);
  const eni = world.addEni({ subnetId, tags: { team: 'core' } });
  await ec2.attachEni({ eniId: eni.id, instanceId, deviceIndex: 1, networkCard: 0 });
  const now = world.wallClock().toISOString();
  const query = { vpcId: 'vpc-11111111', times: [`${now.slice(0, 13)}*`, '2001-01-01T00:0*'] };

  const launches = await ec2.describeLaunches(query);
  t.strictSame(launches.map((each) => each.instanceId).sort(), [instanceId, pending.id].sort());
  const own = launches.find((each) => each.instanceId === instanceId);
  t.match(own, { zone: 'us-east-1a', tags: {}, reservationId: /^r-/ });
  t.equal((own?.launchedAt ?? 1) % 1000, 0, 'to the second');
  t.match(
    own?.enis.map(({ id, attachment, subnetId, zone }) => ({ id, attachment, subnetId, zone })).sort(byIndex),
    [
      { attachment: { deviceIndex: 0, instanceId, networkCard: 0 }, subnetId, zone: 'us-east-1a' },
      {
        id: eni.id,
        attachment: { deviceIndex: 1, instanceId, networkCard: 0 },
        subnetId,
        zone: 'us-east-1a',
      },
    ],
  );
  t.match(launches.find((each) => each.instanceId === pending.id)?.tags, tags);
  t.strictSame(await ec2.describeLaunches({ ...query, times: ['2001-01-01T00:0*'] }), []);
  t.strictSame(await ec2.describeLaunches({ ...query, vpcId: 'vpc-22222222' }), []);
});

type Attached = { attachment?: { deviceIndex: number } | undefined };

function byIndex(a: Attached, b: Attached): number {
  return (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0);
}

/** What a node makes of the listing of instances launched with it, and what it does where there is none. */
import t from 'tap';
import { silentLog } from '../silent-log.ts';
import { nodeConfig } from '../unit/facts.ts';
import { FleetNode } from './node.ts';
import { Region } from './region.ts';
import { VirtualTime } from './virtual-time.ts';

const day = 86_400_000;
const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

/** An Auto Scaling group of three launched at once in an empty subnet; the last by its id runs, after `afterMs`. */
async function lastOfThree(afterMs: number, order: (region: Region) => void = () => undefined) {
  const time = new VirtualTime();
  const region = new Region({ time, latency: () => 100 });
  const { world } = region;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
  const group = world.addSecurityGroup({ vpcId: vpc.id }).id;
  const home = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'us-east-1a' });
  const subnet = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.4.0/24', zone: 'us-east-1a' });
  const [instanceId = ''] = [1, 2, 3]
    .map((n) =>
      world.launch({
        id: `i-0000000000000000${n}`,
        type: 'm5.large',
        subnetId: home.id,
        tags: { 'aws:autoscaling:groupName': 'workers' },
      }),
    )
    .map(({ id }) => id)
    .toReversed();
  order(region);
  const calls: string[] = [];
  region.onCall = ({ call }) => void calls.push(call.action);
  const config = nodeConfig({ subnets: [subnet.id], securityGroups: [group] });
  const node = new FleetNode(region, { instanceId, config, seed: 1, log: silentLog });
  const startedAt = afterMs;
  const { progress } = await time.run(time.sleep(afterMs).then(() => node.run()));
  return {
    address: progress.ready[0]?.eni.addresses[0],
    gateMs: time.now() - startedAt,
    listings: calls.filter((action) => action === 'DescribeInstances').length,
  };
}

t.test('those launched before it have the first addresses', async (t) => {
  t.match(await lastOfThree(12_000), { address: '10.0.4.6', listings: 1 });
});

t.test('a node that runs for the first time a day after its launch contends with nobody', async (t) => {
  t.match(await lastOfThree(day), { address: '10.0.4.4', listings: 0 });
});

t.test('denied: it goes on at once', async (t) => {
  const { address, gateMs } = await lastOfThree(12_000, (region) =>
    region.permissions.deny('DescribeInstances'),
  );
  t.equal(address, '10.0.4.4');
  t.ok(gateMs < 1_000);
});

t.test('throttled throughout: it goes on after a minute', async (t) => {
  const { address, gateMs } = await lastOfThree(12_000, (region) => {
    region.trouble = ({ action }) => (action === 'DescribeInstances' ? { error: throttled } : undefined);
  });
  t.equal(address, '10.0.4.4');
  t.ok(gateMs >= 60_000 && gateMs < 62_000, `${gateMs} ms`);
});

/** How an instance ends, and what EC2, its ENIs and its IMDS make of it. */
import { AttachNetworkInterfaceCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import t, { type Test } from 'tap';
import { attachEni } from './model/attachments.ts';
import { modifyEni } from './model/enis.ts';
import type { SimulatorOptions } from './simulator.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A worker with an ENI of its own, which goes with it. */
async function worker(t: Test, options: SimulatorOptions = {}) {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, ...options });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const { id: eniId } = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.77' });
  const request = { eniId, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 };
  const { id: attachmentId } = attachEni(sim.world, request);
  modifyEni(sim.world, eniId, { attachmentId, deleteOnTermination: true });
  /** EC2's word on it, with how many ENIs; and whether it is up, by its IMDS. */
  const now = async () => {
    sim.world.settle();
    const input = { InstanceIds: [node.instanceId] };
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(input));
    const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances);
    const isUp = await fetch(`${node.imdsUrl}/latest/`).then(
      () => true,
      () => false,
    );
    const count = instance?.NetworkInterfaces?.length;
    return `${instance?.State?.Name}, ${count} ENIs, ${isUp ? 'up' : 'down'}`;
  };
  const attach = () =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: sim.world.addEni({ subnetId: ids.subnet }).id,
        InstanceId: node.instanceId,
        DeviceIndex: 2,
        NetworkCardIndex: 0,
      }),
    );
  return { sim, clock, node, eniId, now, attach };
}

t.test('one that is terminated shuts down first, and has its ENIs until it is gone', async (t) => {
  const { sim, clock, node, eniId, now, attach } = await worker(t, { shuttingDownMs: 30_000 });
  t.equal(await now(), 'running, 2 ENIs, up');
  sim.world.terminate(node.instanceId);
  clock.advance(29_999);
  t.equal(await now(), 'shutting-down, 2 ENIs, up');
  sim.world.terminate(node.instanceId);
  t.match(await errorOf(attach()), { code: 'IncorrectState' });
  clock.advance(1);
  t.equal(await now(), 'terminated, 0 ENIs, down');
  t.equal(sim.world.store.findEni(eniId), undefined);
});

t.test('one that is stopped is up while it stops, and keeps its ENIs', async (t) => {
  const { sim, clock, node, now } = await worker(t, { stoppingMs: 30_000 });
  sim.world.stop(node.instanceId);
  clock.advance(29_999);
  t.equal(await now(), 'stopping, 2 ENIs, up');
  sim.world.start(node.instanceId);
  t.equal(await now(), 'stopping, 2 ENIs, up', 'too early for a start');
  clock.advance(1);
  t.equal(await now(), 'stopped, 2 ENIs, down');
  sim.world.start(node.instanceId);
  t.equal(await now(), 'running, 2 ENIs, up');
});

t.test('of a crash EC2 knows nothing', async (t) => {
  const { sim, node, now, attach } = await worker(t);
  sim.world.crash(node.instanceId);
  t.equal(await now(), 'running, 2 ENIs, down');
  await t.resolves(attach(), 'EC2 attaches to it');
  sim.world.reboot(node.instanceId);
  t.equal(await now(), 'running, 3 ENIs, up');
  sim.world.crash(node.instanceId);
  sim.world.stop(node.instanceId);
  sim.world.start(node.instanceId);
  t.equal(await now(), 'running, 3 ENIs, up', 'stopped and started');
  sim.world.crash(node.instanceId);
  sim.world.terminate(node.instanceId);
  t.equal(await now(), 'terminated, 0 ENIs, down');
});

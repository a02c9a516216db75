import { setTimeout } from 'node:timers/promises';
import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand, EC2Client } from '@aws-sdk/client-ec2';
import t from 'tap';
import { attachEni, detachEni } from './model/attachments.ts';
import { createEni } from './model/new-eni.ts';
import { type SimulatorOptions, startSimulator } from './simulator.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('hooks: devices come and go, and calls can be watched', async (t) => {
  const seen: string[] = [];
  const { sim, ec2 } = await smallWorld(t, {
    deviceMs: 0,
    detachMs: 0,
    hooks: {
      attached: (eni) => void seen.push(`attached ${eni.addresses[0]}`),
      detached: (eni) => void seen.push(`detached ${eni.addresses[0]}`),
      deleted: (eni) => void seen.push(`deleted ${eni.addresses[0]}`),
      beforeCall: (call) => void seen.push(`before ${call.action}`),
      afterCall: (call) => void seen.push(`after ${call.action} ${call.answer?.code ?? call.answer?.status}`),
    },
  });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.77' });
  const request = { eniId: eni.id, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 };
  const { id } = attachEni(sim.world, request);
  detachEni(sim.world, id);
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.id }));
  await errorOf(ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.id })));
  t.same(seen, [
    'attached 10.0.4.77',
    'detached 10.0.4.77',
    'before DeleteNetworkInterface',
    'deleted 10.0.4.77',
    'after DeleteNetworkInterface 200',
    'before DeleteNetworkInterface',
    'after DeleteNetworkInterface InvalidNetworkInterfaceID.NotFound',
  ]);
});

t.test('a device comes and goes with its ENI, where there is a machine to have it', async (t) => {
  const seen: string[] = [];
  const clock = new VirtualClock();
  const { sim } = await smallWorld(t, {
    clock,
    deviceMs: 1000,
    hooks: {
      attached: (eni) => void seen.push(`attached ${eni.addresses[0]}`),
      detached: (eni) => void seen.push(`detached ${eni.addresses[0]}`),
    },
  });
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const attach = (address: string, deviceIndex: number) => {
    const eni = sim.world.addEni({ subnetId: ids.subnet, address });
    return attachEni(sim.world, { eniId: eni.id, instanceId, deviceIndex, networkCard: 0 }).id;
  };
  const pass = (ms: number) => {
    clock.advance(ms);
    sim.world.settle();
    return seen.splice(0);
  };
  const early = attach('10.0.4.71', 1);
  t.same(pass(999), []);
  detachEni(sim.world, early);
  t.same(pass(1), [], 'detached before its device was there');
  const kept = attach('10.0.4.72', 1);
  t.same(pass(1000), ['attached 10.0.4.72']);
  sim.world.stop(instanceId);
  attach('10.0.4.73', 2);
  t.same(pass(5000), [], 'a stopped instance gets no device');
  sim.world.start(instanceId);
  t.same(pass(999), []);
  t.same(pass(1), ['attached 10.0.4.73']);
  detachEni(sim.world, kept);
  t.same(pass(0), ['detached 10.0.4.72']);
});

t.test('a hook that fails is told at the close', async (t) => {
  const deleted = () => {
    throw new Error('no such link');
  };
  const { sim, subnetId } = await small({ hooks: { deleted } });
  sim.world.deleteEni(sim.world.addEni({ subnetId }).id);
  await t.rejects(sim.close(), { errors: [{ message: 'no such link' }] });
});

t.test('the device appears in its time, though nobody calls meanwhile', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { sim } = await smallWorld(t, { deviceMs: 0.4, hooks: { attached: (eni) => resolve(eni.id) } });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet });
  attachEni(sim.world, { eniId: eni.id, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 });
  t.equal(await promise, eni.id);
});

/** A simulator without a teardown: the test closes it. */
async function small(options: SimulatorOptions) {
  const sim = await startSimulator(options);
  const vpc = sim.world.addVpc({ cidr: '10.0.0.0/16' });
  const { id } = sim.world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'us-east-1a' });
  return { sim, subnetId: id };
}

t.test('a hook that does not end is named at the close', async (t) => {
  const { sim, subnetId } = await small({ hooks: { deleted: () => new Promise(() => {}) } });
  const { id } = sim.world.addEni({ subnetId });
  sim.world.deleteEni(id);
  await t.rejects(sim.close(50), { errors: [{ message: `the hook 'deleted' for ${id} has not ended` }] });
});

t.test('a call that a hook holds at the close has no effect any more', async (t) => {
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const beforeCall = () => {
    reached.resolve();
    return held.promise;
  };
  const { sim, ec2 } = await smallWorld(t, { hooks: { beforeCall } });
  const call = errorOf(ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet })));
  await reached.promise;
  await sim.close();
  held.resolve();
  t.match(await call, { status: undefined });
  await new Promise((resolve) => setImmediate(resolve));
  t.same(sim.world.enis, []);
});

t.test("a hook's failure during a call is EC2's internal error", async (t) => {
  const { sim, subnetId } = await small({ hooks: { beforeCall: () => Promise.reject(new Error('no')) } });
  const { accessKeyId, secretAccessKey } = sim.credentials.forUser('tester');
  const ec2 = new EC2Client({
    endpoint: sim.ec2Url,
    region: sim.world.settings.region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  t.teardown(() => ec2.destroy());
  const call = ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnetId }));
  t.match(await errorOf(call), { code: 'InternalError', message: /internal error/, status: 500 });
  await t.rejects(sim.close(), { errors: [{ message: 'no' }] });
});

t.test('a time that is far off, or never comes, is waited for without haste', async (t) => {
  let sleeps = 0;
  const clock = {
    now: () => 0,
    sleep: async (ms: number, signal?: AbortSignal) => {
      sleeps++;
      await setTimeout(ms, undefined, { signal });
    },
  };
  const { sim, subnetId } = await small({ clock, createMs: 2 ** 40, deviceMs: Number.POSITIVE_INFINITY });
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId });
  const { id } = createEni(sim.world, { subnetId });
  attachEni(sim.world, { eniId: id, instanceId, deviceIndex: 1, networkCard: 0 });
  await setTimeout(20);
  t.equal(sleeps, 1);
  await sim.close();
  t.match(sim.world.store.eni(id), { pending: true, attachment: { device: false } });
});

import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { attachEni, detachEni } from './model/attachments.ts';
import { startSimulator } from './simulator.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

function create(PrivateIpAddress: string) {
  return new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, PrivateIpAddress });
}

t.test('the nth call of an action fails, as often as ordered', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const error = { code: 'InternalError', message: 'An internal error has occurred', status: 500 };
  sim.faults.add({ action: 'CreateNetworkInterface', nth: 2, times: 2, kind: { error } });
  await ec2.send(create('10.0.4.4'));
  t.match(await errorOf(ec2.send(create('10.0.4.5'))), error);
  t.match(await errorOf(ec2.send(create('10.0.4.5'))), error);
  await ec2.send(create('10.0.4.5'));
  t.same(
    sim.record.calls.map((call) => call.answer?.code),
    [undefined, 'InternalError', 'InternalError', undefined],
  );
});

t.test('a lost answer has had its effect, a reset has not', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const match = (params: object) => 'PrivateIpAddress' in params && params.PrivateIpAddress === '10.0.4.5';
  sim.faults.add({ action: 'CreateNetworkInterface', match, kind: 'lostAnswer' });
  sim.faults.add({ action: 'CreateNetworkInterface', nth: 2, kind: 'reset' });
  await ec2.send(create('10.0.4.4'));
  t.match(await errorOf(ec2.send(create('10.0.4.6'))), { status: undefined });
  t.match(await errorOf(ec2.send(create('10.0.4.5'))), { status: undefined });
  t.same(
    sim.world.enis.map((eni) => eni.addresses[0]),
    ['10.0.4.4', '10.0.4.5'],
  );
  t.same(
    sim.record.writes().map((call) => call.answer?.status),
    [200, undefined, 200],
  );
});

t.test('a hang ends when the client or the simulator gives up', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  sim.faults.add({ kind: 'hang' });
  const abort = new AbortController();
  const call = errorOf(ec2.send(create('10.0.4.4'), { abortSignal: abort.signal }));
  await t.resolves(untilRecorded(sim.record));
  abort.abort();
  t.match(await call, { code: 'AbortError' });
  t.same(sim.world.enis, []);
});

async function untilRecorded(record: { calls: readonly unknown[] }) {
  while (record.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

t.test('what IAM denies is told in its words', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  await sim.launch({ type: 'm5.large', subnetId: ids.subnet, profile: { roleName: 'worker' } });
  sim.permissions.deny('CreateNetworkInterface');
  const denied = 'because no identity-based policy allows the ec2:CreateNetworkInterface action';
  t.match(await errorOf(ec2.send(create('10.0.4.4'))), {
    code: 'UnauthorizedOperation',
    status: 403,
    message:
      'You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/tester is not ' +
      'authorized to perform: ec2:CreateNetworkInterface on resource: ' +
      `arn:aws:ec2:us-east-1:123456789012:network-interface/* ${denied}`,
  });
  sim.permissions.allow('CreateNetworkInterface');
  sim.permissions.deny('CreateTags');
  const tagged = new CreateNetworkInterfaceCommand({
    SubnetId: ids.subnet,
    TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
  t.match(await errorOf(ec2.send(tagged)), { message: /perform: ec2:CreateTags on resource/ });
  await ec2.send(create('10.0.4.4'));
  t.equal(sim.world.enis.length, 2, "the node's own ENI and the untagged one");
});

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
  const sim = await startSimulator({
    hooks: {
      deleted: () => {
        throw new Error('no such link');
      },
    },
  });
  const vpc = sim.world.addVpc({ cidr: '10.0.0.0/16' });
  const subnet = sim.world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'us-east-1a' });
  sim.world.deleteEni(sim.world.addEni({ subnetId: subnet.id }).id);
  await t.rejects(sim.close(), { errors: [{ message: 'no such link' }] });
});

t.test('latencies, and an answer that is late', async (t) => {
  const clock = new VirtualClock();
  const latencies = { CreateNetworkInterface: 300, '*': [10, 20] as const };
  const { sim, ec2 } = await smallWorld(t, { clock, latencies });
  sim.faults.add({ action: 'CreateNetworkInterface', kind: { delayMs: 700 } });
  let answered = false;
  const call = ec2.send(create('10.0.4.4')).then(() => {
    answered = true;
  });
  await untilRecorded(sim.record);
  clock.advance(999);
  t.match(await fetch(sim.ec2Url, { method: 'POST' }), { status: 400 }, 'another is answered meanwhile');
  t.notOk(answered);
  t.equal(sim.world.enis.length, 1, 'it has happened');
  clock.advance(1);
  await call;
});

t.test('the device appears in its time, though nobody calls meanwhile', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { sim } = await smallWorld(t, { deviceMs: 0.4, hooks: { attached: (eni) => resolve(eni.id) } });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet });
  attachEni(sim.world, { eniId: eni.id, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 });
  t.equal(await promise, eni.id);
});

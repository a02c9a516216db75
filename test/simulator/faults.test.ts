import { CreateNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
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
  while (record.calls.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
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

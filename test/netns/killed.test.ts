import t, { type Test } from 'tap';
import { plug } from './devices.ts';
import { endState } from './end-state.ts';
import { freshNode, type Moment, runUntilKilled, undisturbedRun } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

const undisturbed = await undisturbedRun(t);

/** Runs the program to its end: the node is then as if nothing had happened. */
async function endsUndisturbed(t: Test, node: TestNode): Promise<void> {
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(await endState(node), undisturbed.state);
}

async function staysAsItIs(t: Test, node: TestNode): Promise<void> {
  node.simulator.record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, 'everything is in place');
  t.strictSame(node.simulator.record.writes(), [], 'a further run writes nothing in EC2');
  t.strictSame(await endState(node), undisturbed.state);
}

// A read has no effect: a program that is killed there leaves the same behind before it and after it.
for (const name of undisturbed.reads) {
  t.test(`killed at ${name}`, async (t) => {
    const node = await freshNode(t);
    await runUntilKilled(node, 'afterCall', name);
    await endsUndisturbed(t, node);
  });
}

for (const name of undisturbed.writes) {
  for (const moment of ['beforeCall', 'afterCall'] as const) {
    t.test(`killed at ${moment} ${name}`, async (t) => {
      const node = await freshNode(t);
      await runUntilKilled(node, moment, name);
      await endsUndisturbed(t, node);
      await staysAsItIs(t, node);
    });
  }
}

t.test('killed at one run after the other', async (t) => {
  const node = await freshNode(t);
  const kills: [Moment, string][] = [
    ['beforeCall', 'CreateNetworkInterface eth1'],
    ['afterCall', 'CreateNetworkInterface eth1'],
    ['beforeCall', 'AttachNetworkInterface eth1'],
    ['afterCall', 'AttachNetworkInterface eth1'],
    ['beforeCall', 'ModifyNetworkInterfaceAttribute eth1'],
    ['afterCall', 'ModifyNetworkInterfaceAttribute eth1'],
  ];
  for (const [moment, name] of kills) {
    await runUntilKilled(node, moment, name);
  }
  await endsUndisturbed(t, node);
});

t.test('killed while it waits for the devices', async (t) => {
  const node = await freshNode(t, { deviceName: () => undefined });
  const waiting = node.start(['run']);
  const allDone = Promise.withResolvers<void>();
  node.hooks.afterCall = () => {
    const done = node.simulator.record.writes().filter(({ answer }) => answer !== undefined);
    if (done.length === undisturbed.writes.length) {
      allDone.resolve();
    }
  };
  await allDone.promise;
  waiting.kill('SIGKILL');
  await waiting;
  for (const eni of node.enis()) {
    await plug(`ens${5 + (eni.attachment?.deviceIndex ?? 0)}`, eni.mac);
  }
  await endsUndisturbed(t, node);
});

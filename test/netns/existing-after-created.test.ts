/** An interface that was to be created, and is `existing` now: what a killed run may have created is given back. */
import t, { type Test } from 'tap';
import { claiming, claimingNode, isWhole, reconfigure } from './existing.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets } from './simulated-node.ts';

await enterNamespace(import.meta.url);

/** A run is killed as its ENI is created, and listings do not show that for a while. */
async function killedNode(t: Test, consistencyMs: number) {
  const claimed = await claimingNode(t, {
    userData: { interfaces: [{ name: 'eth1', subnets: [subnets.a], securityGroups: [group] }] },
    simulator: { consistencyMs },
  });
  await runUntilKilled(claimed.node, 'afterCall', ({ action }) => action === 'CreateNetworkInterface');
  reconfigure(claimed.node, { interfaces: [claiming()] });
  return claimed;
}

for (const consistencyMs of [0, 3_000]) {
  t.test(`listings ${consistencyMs} ms behind`, async (t) => {
    const { node, eni } = await killedNode(t, consistencyMs);
    const json = JSON.parse((await node.run(['plan', '--json'])).stdout);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.equal((await isWhole(t, node))?.id, eni.id);
    t.same(
      node.enis().map(({ id }) => id),
      [eni.id],
      'what was created is gone',
    );
    const deleted = json.writes.filter(({ action }: { action: string }) => action.startsWith('Delete'));
    t.equal(deleted.length, 1, 'plan tells of it');
  });
}

t.test('a role that may not create any more', async (t) => {
  const { node, eni } = await killedNode(t, 3_000);
  node.simulator.permissions.deny('CreateNetworkInterface');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.equal((await isWhole(t, node))?.id, eni.id);
  t.match(journal, /warn: .*CreateNetworkInterface.*going on without it/);
});

t.test('what cannot be asked for in time keeps its intent', async (t) => {
  const { node, eni } = await killedNode(t, 3_000);
  reconfigure(node, { timeout: '2s', interfaces: [claiming()] });
  node.simulator.faults.add({
    action: 'CreateNetworkInterface',
    times: 1_000,
    match: () => isThrottling,
    kind: { error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 } },
  });
  let isThrottling = true;
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 7, journal);
  isThrottling = false;
  reconfigure(node, { interfaces: [claiming()] });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.same(
    node.enis().map(({ id }) => id),
    [eni.id],
  );
});

import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { eth1, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('a second run beside the first: it ends with 9, and the first does not notice', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  let second: Promise<{ exitCode: number | undefined; journal: string }> | undefined;
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'AttachNetworkInterface') {
      second ??= node.run(['run'], { LOG_FORMAT: 'json' });
      await second;
    }
  };
  const first = await node.run(['run']);
  t.equal(first.exitCode, 0, first.journal);
  t.match(await resultOf(node), { exitCode: 0, gate: 'open', interfaces: [{ outcome: 'created' }] });
  t.equal(node.enis().length, 1);

  const { exitCode, journal } = (await second) ?? {};
  t.equal(exitCode, 9);
  t.match(JSON.parse(journal ?? ''), {
    level: 'error',
    message: `another run is in progress on ${node.root}, and two would undo each other's work; wait for it: see journalctl -u multus-bootstrap`,
  });
});

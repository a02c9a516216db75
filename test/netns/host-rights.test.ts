import { execa } from 'execa';
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { eth1, failsCleanly, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('without the right to change links, EC2 is not asked for anything', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  // As in a container, or for who is not root.
  await execa('mount', ['--bind', '/proc/sys', '/proc/sys']);
  t.teardown(() => execa('umount', ['/proc/sys']));
  await execa('mount', ['-o', 'remount,bind,ro', '/proc/sys']);
  await failsCleanly(t, node, {
    exitCode: 9,
    message: [/^the links of this host cannot be set up: EROFS.*; run as root, with CAP_NET_ADMIN$/],
  });
  t.same(node.simulator.record.calls, []);
});

t.test('without `ip`, nothing is created', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const { stdout: flock } = await execa('which', ['flock']);
  const bin = t.testdir({ flock: t.fixture('symlink', flock) });
  await failsCleanly(
    t,
    node,
    { exitCode: 9, message: [/^the links: `ip -json link show` failed: .*ENOENT.*; install iproute2$/s] },
    { PATH: bin },
  );
  t.same(node.simulator.record.writes(), []);
});

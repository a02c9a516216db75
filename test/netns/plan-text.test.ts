import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { twoInterfaces } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('plan for people', async (t) => {
  const node = await nodeFor(t, {});
  const { exitCode, stdout } = await node.run(['plan']);
  t.equal(exitCode, 0);
  t.match(
    stdout,
    /^ {2}eth1: an ENI is to be created in subnet-0000000a \(IPv4: 251 free, first 10\.0\.4\.4\)$/m,
  );
  t.match(
    stdout,
    /^ {2}CreateNetworkInterface interface=eth1 subnetId=subnet-0000000a address=10\.0\.4\.4$/m,
  );
  await node.run(['run']);
  t.match((await node.run(['plan'])).stdout, /The EC2 calls that change something:\n {2}none$/);
});

t.test('plan where there is nothing to claim', async (t) => {
  for (const [what, userData, told] of [
    ['no configuration', undefined, /^warning: no configuration: run does nothing$/m],
    ['labels alone', { kubelet: { labels: { cnf: 'abc' } } }, /something:\n {2}none$/],
  ] as const) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, { userData });
      const { exitCode, stdout } = await node.run(['plan']);
      t.equal(exitCode, 0);
      t.match(stdout, told);
      t.strictSame(node.simulator.record.calls, [], 'EC2 is not asked');
    });
  }
});

t.test(
  'a bug of run is told as one, with its stack, and kubelet is held back whatever the policy',
  async (t) => {
    const node = await nodeFor(t, { userData: { ...twoInterfaces, failurePolicy: 'Ignore' } });
    // A mistake in the midst of the run: the nonce of an intent cannot be made.
    const broken = `data:text/javascript,Number.prototype.toString = new Proxy(Number.prototype.toString, {
    apply(target, self, args) {
      if (new Error().stack.includes('new' + 'Intent')) throw new TypeError('broken');
      return Reflect.apply(target, self, args);
    },
  });`;
    const { exitCode, journal } = await node.run(['run'], { NODE_OPTIONS: `--import=${encodeURI(broken)}` });
    t.equal(exitCode, 1);
    t.match(journal, /this is a bug in multus-bootstrap; please report it[\s\S]*TypeError: broken\n +at /);
    t.match(journal, /kubelet is held back \(exit code 1\)/);
    t.strictSame(node.enis(), []);
  },
);

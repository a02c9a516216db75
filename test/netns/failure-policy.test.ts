import t, { type Test } from 'tap';
import { flagsOf, gateOf, taint } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import { eth1, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

const labels = { cnf: 'core', zone: '${zone}', 'multus-ip': '${eth1.address}' };
/** Those that a node without its interfaces has. */
const labelsLeft = '--node-labels=cnf=core,zone=eu-west-1a';

const throttle = {
  error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 },
};

/** Ways to fail, with their exit codes. */
const failures: [string, number, { interface?: object; timeout?: string }, (node: TestNode) => void][] = [
  ['permission denied', 4, {}, ({ simulator }) => simulator.permissions.deny('CreateNetworkInterface')],
  ['a full subnet', 5, { interface: { ipv4: { within: ['10.0.4.0/30'] } } }, () => undefined],
  ['an unknown subnet', 3, { interface: { subnets: ['subnet-0000dead'] } }, () => undefined],
  [
    'EC2 hangs until the deadline',
    7,
    { timeout: '2s' },
    ({ simulator }) =>
      simulator.faults.add({ action: 'DescribeSubnets', kind: 'hang', times: Number.POSITIVE_INFINITY }),
  ],
  [
    'throttled until the deadline',
    7,
    { timeout: '2s' },
    ({ simulator }) =>
      simulator.faults.add({
        action: 'CreateNetworkInterface',
        kind: throttle,
        times: Number.POSITIVE_INFINITY,
      }),
  ],
];

async function nodeWith(
  t: Test,
  failurePolicy: string,
  more: object = {},
  timeout = '10s',
): Promise<TestNode> {
  return nodeFor(t, { userData: { ...eth1(more, timeout), failurePolicy, kubelet: { labels } } });
}

for (const [title, exitCode, { interface: more, timeout }, arrange] of failures) {
  for (const failurePolicy of ['Block', 'Taint', 'Ignore']) {
    t.test(`${failurePolicy}: ${title}`, async (t) => {
      const node = await nodeWith(t, failurePolicy, more, timeout);
      arrange(node);
      const outcome = await node.run(['run']);
      t.equal(outcome.exitCode, exitCode, outcome.journal);
      const gate = failurePolicy === 'Block' ? 'closed' : 'open';
      t.match(await resultOf(node), { exitCode, gate });
      t.equal(await gateOf(node), gate);
      t.same(
        await flagsOf(node),
        { Block: undefined, Taint: [labelsLeft, taint], Ignore: [labelsLeft] }[failurePolicy],
      );
      const closing = {
        Block:
          /kubelet is held back \(exit code \d\).*systemctl restart multus-bootstrap && systemctl start nodeadm-run$/,
        Taint:
          /kubectl taint nodes \S+ multus-bootstrap\.io\/not-ready:NoSchedule-\n.*failurePolicy Taint: kubelet may start all the same \(exit code \d\)$/,
        Ignore: /failurePolicy Ignore: kubelet may start all the same \(exit code \d\)$/,
      }[failurePolicy];
      t.match(outcome.journal, closing ?? '');
      t.equal(node.enis().length, 0, 'nothing is left in EC2');
    });
  }
}

for (const failurePolicy of ['Block', 'Taint', 'Ignore']) {
  t.test(`${failurePolicy}: success`, async (t) => {
    const node = await nodeWith(t, failurePolicy);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0);
    t.match(journal, /ready in \d+\.\d s: 1 interface, \d+ EC2 calls$/);
    t.equal(await gateOf(node), 'open');
    t.same(await flagsOf(node), [
      '--node-labels=cnf=core,multus-bootstrap.io/ready=true,multus-ip=10.0.4.4,zone=eu-west-1a',
    ]);
  });

  t.test(`${failurePolicy}: a configuration that cannot be read means Block`, async (t) => {
    const node = await nodeWith(t, failurePolicy, { mtu: 'large' });
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 3);
    t.match(journal, 'kubelet is held back (exit code 3)');
    t.equal(await gateOf(node), 'closed');
    t.equal(await flagsOf(node), undefined);
  });

  t.test(`${failurePolicy}: a run that is killed means Block`, async (t) => {
    const node = await nodeWith(t, failurePolicy);
    const running = node.start(['run']);
    node.hooks.beforeCall = ({ action }) => {
      if (action === 'AttachNetworkInterface') {
        running.kill('SIGKILL');
      }
    };
    t.equal((await running).signal, 'SIGKILL');
    t.equal(await gateOf(node), 'closed');
    t.equal(await flagsOf(node), undefined);
  });
}

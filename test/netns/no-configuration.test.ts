import t from 'tap';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import type { NodeOptions } from './simulated-node.ts';
import { leavesOnly, nodeFor, resultOf, traces } from './trouble.ts';

// The AMI serves nodes that have no Multus, too.
await enterNamespace(import.meta.url);

const cases: [string, NodeOptions][] = [
  ['no user data', { userData: undefined }],
  ['user data of others', { userData: '#!/bin/sh\necho multus-bootstrap.io/v1alpha1\n' }],
  ['an image without nodeadm', { userData: undefined, noNodeadm: true }],
  ['no instance profile', { userData: undefined, profile: null }],
];
for (const [title, options] of cases) {
  t.test(title, async (t) => {
    const node = await nodeFor(t, options);
    const before = await traces(node);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0);
    const [first, second, ...others] = journal.split('\n');
    t.match(first, /multus-bootstrap \S+ on i-\w+ \(m5\.xlarge in eu-west-1a\)$/);
    t.match(
      second,
      'no configuration, neither in the user data nor in /etc/multus-bootstrap/config.d: nothing to do',
    );
    t.same(others, []);
    t.equal(await gateOf(node), 'open');
    t.match(await resultOf(node), { exitCode: 0, gate: 'open', interfaces: [], labels: {}, warnings: [] });
    t.equal(node.simulator.record.calls.length, 0, 'EC2 was not asked');
    await leavesOnly(t, node, { ...before, files: ['run/multus-bootstrap/go'] });
  });
}

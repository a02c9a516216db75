/** An AMI with the agent, and a node that has no use for it. */
import t from 'tap';
import { kubeletStart } from './kubelet-start.ts';
import { userDataWith } from './user-data.ts';
import { enterVmNamespace, makeVmNode } from './vm-node.ts';

await enterVmNamespace(import.meta.url);

t.test('kubelet starts as on a stock AMI', async (t) => {
  const userData = userDataWith({ flags: ['--node-labels=pool=web'] });
  const node = await makeVmNode(t, { userData });
  const { vm } = node;
  await vm.start();
  const { labels, taints, links } = await kubeletStart(vm);
  t.strictSame(labels, { pool: 'web' });
  t.equal(taints, null);
  t.strictSame(
    links.map(({ name }) => name),
    ['lo', 'ens5'],
  );
  t.equal(await vm.output(['ls', '/etc/eks/nodeadm.d']), '');
  t.strictSame(node.simulator.record.writes(), []);
  t.match(await vm.output(['systemctl', 'show', 'multus-bootstrap']), /^Result=success$/m);
  t.match(await vm.output(['journalctl', '--unit=multus-bootstrap', '--output=cat']), /no configuration/i);
  t.equal(await vm.output(['systemctl', '--failed', '--no-legend']), '');
});

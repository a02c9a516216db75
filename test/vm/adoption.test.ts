/** The boots after the first: all is there, and only to be found again. */
import t, { type Test } from 'tap';
import { kubeletStart } from './kubelet-start.ts';
import { multusLinks, readyLink } from './multus-links.ts';
import { enterVmNamespace, makeVmNode, type VmNode } from './vm-node.ts';

await enterVmNamespace(import.meta.url);

t.test('a reboot, then a stop and a start', async (t) => {
  const node = await makeVmNode(t);
  await node.vm.start();
  await kubeletStart(node.vm);
  const before = node.enis();

  await t.test('reboot', async (t) => {
    node.simulator.record.clear();
    await node.vm.reboot();
    await isAsBefore(t, node);
  });

  await t.test('stop and start', async (t) => {
    await node.stopInstance();
    node.simulator.record.clear();
    await node.startInstance();
    await isAsBefore(t, node);
  });

  t.strictSame(node.enis(), before);
});

async function isAsBefore(t: Test, node: VmNode): Promise<void> {
  const { vm } = node;
  const { links, labels } = await kubeletStart(vm);
  t.strictSame(multusLinks(node, links), [readyLink('eth1'), readyLink('eth2')]);
  t.match(labels, { 'multus-bootstrap.io/ready': 'true' });
  t.strictSame(node.simulator.record.writes(), [], 'EC2 was only asked');

  const journal = await vm.output(['journalctl', '--boot', '--output=cat', '--no-pager']);
  const [early = '', late = ''] = journal.split('Starting multus-bootstrap.service');
  t.match(late, 'everything is in place in ');
  t.notMatch(late, 'renamed from', 'the links had their names before the agent came');
  // It fails when its minute is over.
  t.match(early, 'Completed boot hook!', 'nodeadm’s boot hook found all links as it wants them');
  t.equal(
    await vm.output(['systemctl', 'show', '--property=Result', 'nodeadm-boot-hook']),
    'Result=success\n',
  );
  for (const name of ['eth1', 'eth2']) {
    t.match(await vm.output(['networkctl', 'status', name]), /State: carrier \(unmanaged\)/);
  }
}

/** The NetworkAttachmentDefinitions of userdata/, carried out by the real CNI plugins on the interfaces of a node. */
import assert from 'node:assert/strict';
import t, { type Test } from 'tap';
import { add, readNetwork, remove, withHostLocal } from './cni.ts';
import type { Vm } from './vm.ts';
import { enterVmNamespace, makeVmNode, type VmNode } from './vm-node.ts';
import { untilInVm } from './wait-in.ts';

await enterVmNamespace(import.meta.url);

t.test('a node with eth1 and eth2', async (t) => {
  const node = await makeVmNode(t);
  const { vm } = node;
  await vm.start();
  await untilInVm(vm, 'systemctl is-active kubelet');
  const [eth1, eth2] = node.enis();
  assert(eth1 !== undefined && eth2 !== undefined);

  await t.test(
    'ipvlan on eth1, then sbr behind it: both pods have an address and reach the gateway',
    async (t) => {
      const pods = [
        await add(vm, withHostLocal(readNetwork('eth1-ipvlan-whereabouts.yaml')), 'pod-a'),
        await add(vm, readNetwork('eth1-ipvlan-sbr.yaml'), 'pod-b'),
      ];
      const [a, b] = pods;
      t.match(a?.result, { ips: [{ address: '10.0.4.64/24', gateway: '10.0.4.1' }] });
      t.match(b?.result, { ips: [{ address: '10.0.4.192/24', gateway: '10.0.4.1' }] });
      t.strictSame(await addressesIn(vm, 'pod-a'), ['10.0.4.64/24']);
      t.strictSame(await addressesIn(vm, 'pod-b'), ['10.0.4.192/24']);
      const rules = await vm.output(['ip', '-n', 'pod-b', 'rule']);
      const table = /from 10\.0\.4\.192 lookup (\d+)/.exec(rules)?.[1];
      t.match(
        await vm.output(['ip', '-n', 'pod-b', 'route', 'show', 'table', table ?? 'none']),
        'default via 10.0.4.1 dev net1',
        'what comes from its address goes back through eth1',
      );
      for (const pod of ['pod-a', 'pod-b']) {
        t.ok(await answersTo(vm, pod, '10.0.4.1'), `${pod}: the gateway answers over eth1`);
      }
      t.strictSame(await addressesOn(vm, 'eth1'), [], 'the node itself has no address there');

      for (const pod of pods) {
        await remove(pod);
      }
      t.strictSame(await leases(vm, 'signalling-a'), [], 'the addresses are free again');
      t.strictSame(await leases(vm, 'signalling-sbr-a'), []);
    },
  );

  await t.test('host-device takes eth2 into a pod, and a run of the agent leaves it there', async (t) => {
    const pod = await add(vm, readNetwork('eth2-host-device.yaml'), 'pod-c');
    t.match(pod.result, { ips: [{ address: '10.0.5.64/24' }] });
    t.strictSame(await addressesIn(vm, 'pod-c'), ['10.0.5.64/24']);
    t.match(
      await vm.output(['ip', '-n', 'pod-c', 'link', 'show', 'net1']),
      eth2.mac,
      'it is the ENI’s own device',
    );
    t.not((await vm.exec(['ip', 'link', 'show', 'eth2'])).exitCode, 0, 'the node has it no longer');
    t.ok(await answersTo(vm, 'pod-c', '10.0.5.1'), 'the gateway answers over it');

    await runsWithoutWrites(t, node);
    t.match(
      await vm.output(['journalctl', '--unit=multus-bootstrap', '--output=cat']),
      'eth2: its device is not on the host, and kubelet has run: a pod has it',
    );
    t.strictSame(await addressesIn(vm, 'pod-c'), ['10.0.5.64/24'], 'the pod keeps it');

    await remove(pod);
    await isBack(vm, 'eth2', eth2.mac);
    t.strictSame(await leases(vm, 'media-a'), []);
    await runsWithoutWrites(t, node);
  });

  await t.test('a pod that dies without DEL gives eth2 back under its own name', async (t) => {
    await add(vm, readNetwork('eth2-host-device.yaml'), 'pod-d');
    await vm.output(['ip', 'netns', 'delete', 'pod-d']);
    await vm.output(['udevadm', 'settle', '--timeout=60']);
    await runsWithoutWrites(t, node);
    await isBack(vm, 'eth2', eth2.mac);
    t.match(await vm.output(['ip', '-br', 'link', 'show', 'eth2']), /\bUP\b/, 'and up');
  });

  await t.test('afterwards the node is as before', async (t) => {
    t.strictSame(await addressesOn(vm, 'eth1'), []);
    t.strictSame(await addressesOn(vm, 'eth2'), []);
    const links = await vm.output(['networkctl', 'list', '--no-legend']);
    for (const name of ['eth1', 'eth2']) {
      t.match(links, new RegExp(` ${name} .* unmanaged`), `networkd leaves ${name} alone`);
    }
    t.strictSame(node.enis(), [eth1, eth2], 'EC2 has seen nothing of it');
  });
});

/** The agent is run again: it succeeds, and asks EC2 for nothing that is not there. */
async function runsWithoutWrites(t: Test, { simulator, vm }: VmNode): Promise<void> {
  const { record } = simulator;
  const before = record.writes().length;
  const { exitCode, stderr } = await vm.exec(['systemctl', 'restart', 'multus-bootstrap']);
  t.equal(exitCode, 0, `the agent runs again ${stderr}`);
  t.strictSame(record.writes().slice(before), [], 'and creates no ENI');
}

async function addressesIn(vm: Vm, pod: string): Promise<string[]> {
  return addresses(vm, ['-n', pod], 'net1');
}

async function addressesOn(vm: Vm, link: string): Promise<string[]> {
  return addresses(vm, [], link);
}

async function addresses(vm: Vm, where: string[], link: string): Promise<string[]> {
  const lines = await vm.output(['ip', ...where, '-4', '-o', 'address', 'show', 'dev', link]);
  return [...lines.matchAll(/inet (\S+)/g)].map(([, address = '']) => address);
}

/** Whether someone there says that it has this address. Routes are not asked: behind sbr they are another table's. */
async function answersTo(vm: Vm, pod: string, address: string): Promise<boolean> {
  await vm.output(['ip', '-n', pod, 'neigh', 'replace', address, 'dev', 'net1', 'use']);
  const told = `ip -n ${pod} neigh show ${address} | grep lladdr`;
  const ask = `for i in 1 2 3 4 5 6 7 8 9 10; do ${told} && exit; sleep 0.3; done; exit 1`;
  return (await vm.exec(['sh', '-c', ask])).exitCode === 0;
}

/** The addresses that host-local has given away. */
async function leases(vm: Vm, network: string): Promise<string[]> {
  const names = await vm.output(['ls', `/var/lib/cni/networks/${network}`]);
  return names.split('\n').filter((name) => /^\d/.test(name));
}

async function isBack(vm: Vm, name: string, mac: string): Promise<void> {
  await untilInVm(vm, `grep -q ${mac} /sys/class/net/${name}/address`);
}

/** NodePort addresses over the boots of a node, with kube-proxy in IPVS mode. */
import assert from 'node:assert/strict';
import t, { type Test } from 'tap';
import { group, subnets } from '../netns/simulated-node.ts';
import { holderOf, otherCarrier } from '../netns/watched-node.ts';
import { addPod, addRemotePod, type Service, serveByIpvs } from './ipvs.ts';
import { kubeletStart } from './kubelet-start.ts';
import { multusLinks, readyLink } from './multus-links.ts';
import type { Vm } from './vm.ts';
import { enterVmNamespace, makeVmNode, type VmNode } from './vm-node.ts';
import { untilInVm } from './wait-in.ts';

await enterVmNamespace(import.meta.url);

const floating = '10.0.4.201';
/** The first is another's. */
const perNode = ['10.0.5.201', '10.0.5.202'];
const watcher = 'multus-bootstrap-nodeport';

const userData = {
  interfaces: [
    { name: 'eth1', subnets: [subnets.a], securityGroups: [group] },
    { name: 'eth2', subnets: [subnets.b], securityGroups: [group] },
  ],
  nodePort: [
    { interface: 'eth1', addresses: [floating] },
    { interface: 'eth2', addresses: perNode, mode: 'PerNode' },
  ],
};

const here = { name: 'here', address: '10.0.0.200' };
const there = { name: 'there', address: '10.0.9.9' };
const services: readonly Service[] = [
  { nodePort: 30080, policy: 'Local', endpoint: here },
  { nodePort: 30081, policy: 'Cluster', endpoint: here },
  { nodePort: 30082, policy: 'Cluster', endpoint: there },
];

t.test('a node with a floating address and one of its own', async (t) => {
  const node = await makeVmNode(t, {
    userData,
    world: (world) => void world.addEni({ subnetId: subnets.b, secondary: perNode.slice(0, 1) }),
  });
  const { vm } = node;
  await vm.start();

  await t.test('first boot', async (t) => {
    const [eth1, eth2] = await isSetUp(t, node);
    t.equal(holderOf(node), eth1.id, 'EC2 has assigned the floating address');
    t.ok(eth2.addresses.includes('10.0.5.202'), 'and the first of the others that nobody had');
    await isToldInOrder(t, vm, `eth1: assigned ${floating} to ${eth1.id}`, 'Started kubelet.service');
    await isToldInOrder(t, vm, `eth2: assigned 10.0.5.202 to ${eth2.id}`, 'Started kubelet.service');
    await untilInVm(
      vm,
      `journalctl --unit=${watcher} --output=cat | grep -q '${floating}: this node holds it'`,
    );
  });

  await t.test('kube-proxy in IPVS mode', async (t) => {
    const [eth1] = node.enis();
    assert(eth1);
    await addPod(vm, here);
    await addRemotePod(vm, there);
    await serveByIpvs(vm, floating, services);
    for (const { nodePort } of services) {
      await vm.forward(eth1, nodePort, `${floating}:${nodePort}`);
    }
    await allAnswer(t);

    await t.test('to processes of the node too', async (t) => {
      for (const { nodePort, endpoint } of services.filter(({ policy }) => policy === 'Cluster')) {
        const url = `http://${floating}:${nodePort}/`;
        const ask = `fetch("${url}", { signal: AbortSignal.timeout(20_000) }).then((response) => response.text()).then(console.log)`;
        const text = await vm.output(['/usr/libexec/multus-bootstrap/node', '-e', ask]);
        t.match(text, new RegExp(`^${endpoint.name} `));
      }
    });
    await t.test('without our rules, none', async (t) => {
      // It would set them right within a minute, and does at once when it starts anew.
      await vm.output(['systemctl', 'kill', '--signal=STOP', watcher]);
      const rules = await vm.output(['ip', 'rule']);
      await vm.output(['nft', 'delete', 'table', 'inet', 'multus_bootstrap']);
      for (const [, priority = ''] of rules.matchAll(/^(90[01]):/gm)) {
        await vm.output(['ip', 'rule', 'del', 'priority', priority]);
      }
      const answers = await Promise.all(services.map(({ nodePort }) => answer(nodePort, 5_000)));
      t.same(answers, [undefined, undefined, undefined]);
    });
    await t.test('the watcher sets them right', async (t) => {
      await vm.output(['systemctl', 'kill', '--signal=KILL', watcher]);
      await untilInVm(vm, 'nft list table inet multus_bootstrap >/dev/null 2>&1');
      await allAnswer(t);
    });
  });

  await t.test('reboot: the floating address goes to another node, all else is as before', async (t) => {
    const other = await otherCarrier(node);
    const before = node.enis().map(({ id }) => id);
    node.simulator.record.clear();
    await vm.reboot();
    const [, eth2] = await isSetUp(t, node);
    t.equal(holderOf(node), other.id, 'it was handed over, and is left there');
    t.ok(eth2.addresses.includes('10.0.5.202'), 'the other address is the same');
    t.same(
      node.enis().map(({ id }) => id),
      before,
    );
    t.same(
      node.simulator.record.writes().map(({ action, params }) => `${action} ${params['NetworkInterfaceId']}`),
      [`UnassignPrivateIpAddresses ${before[0]}`, `AssignPrivateIpAddresses ${other.id}`],
      'EC2 was asked for nothing else',
    );
    const shutdown = await vm.output(['journalctl', '--boot=-1', '--output=cat', '--no-pager']);
    inOrder(t, shutdown, `${floating}: handed over to`, 'Stopping kubelet.service');
    t.match(
      await vm.output(['journalctl', '--boot', '--unit=multus-bootstrap', '--output=cat']),
      new RegExp(`eth1: ${floating} is held by .*: this node is a candidate`),
    );
    await untilInVm(vm, `systemctl is-active --quiet ${watcher}`);
  });
});

/** The host's part, as kubelet found it and as it is now. Answers the ENIs. */
async function isSetUp(t: Test, node: VmNode) {
  const { vm } = node;
  const { links } = await kubeletStart(vm);
  t.strictSame(
    multusLinks(node, links),
    [
      { ...readyLink('eth1'), addresses: [`${floating}/32`] },
      { ...readyLink('eth2'), addresses: ['10.0.5.202/32'] },
    ],
    'when kubelet starts, the addresses are on their links',
  );
  t.match(await vm.output(['ip', 'rule']), /^900:.* fwmark 0x10\/0x70 lookup 52001/m);
  t.match(await vm.output(['ip', 'rule']), /^901:\tfrom 10\.0\.5\.202 .*lookup 52002/m);
  t.match(await vm.output(['ip', 'route', 'show', 'table', '52001']), /^default via 10\.0\.4\.1 dev eth1/m);
  t.match(await vm.output(['nft', 'list', 'table', 'inet', 'multus_bootstrap']), /"eth1".*"eth2"/s);
  const [eth1, eth2] = node.enis();
  assert(eth1 !== undefined && eth2 !== undefined);
  return [eth1, eth2] as const;
}

async function isToldInOrder(t: Test, vm: Vm, first: string, second: string): Promise<void> {
  inOrder(t, await vm.output(['journalctl', '--boot', '--output=cat', '--no-pager']), first, second);
}

function inOrder(t: Test, journal: string, first: string, second: string): void {
  const [one, two] = [journal.indexOf(first), journal.indexOf(second)];
  t.ok(one !== -1 && one < two, `${first} → ${second}`, {
    one,
    two,
    journal: two === -1 ? journal : undefined,
  });
}

async function allAnswer(t: Test): Promise<void> {
  for (const { nodePort, policy, endpoint } of services) {
    const text = await answer(nodePort, 60_000);
    const client = policy === 'Local' ? '10.0.4.1' : '';
    t.ok(text?.startsWith(`${endpoint.name} ${client}`), `${nodePort}, ${policy}: ${endpoint.name} answers`, {
      text,
    });
  }
}

/** What a client over eth1's network gets; undefined: nothing in time. */
async function answer(nodePort: number, boundMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(boundMs);
  return fetch(`http://127.0.0.1:${nodePort}/`, { signal, headers: { connection: 'close' } }).then(
    (response) => response.text(),
    () => undefined,
  );
}

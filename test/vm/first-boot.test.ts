/** The first boot of a node: what the agent has made of two ENIs when kubelet starts. */
import assert from 'node:assert/strict';
import t from 'tap';
import { group, subnets } from '../netns/simulated-node.ts';
import { kubeletStart } from './kubelet-start.ts';
import { multusLinks, readyLink } from './multus-links.ts';
import { userDataWith } from './user-data.ts';
import { enterVmNamespace, makeVmNode } from './vm-node.ts';

await enterVmNamespace(import.meta.url);

/** EC2's slowness, more or less, in ms. */
const latencies = { '*': 150, CreateNetworkInterface: 500, AttachNetworkInterface: 600 };
const deviceMs = 1000;
/** What no agent could be faster than: a round of listings, a create, an attach, and the device. */
const floorMs =
  latencies['*'] + latencies.CreateNetworkInterface + latencies.AttachNetworkInterface + deviceMs;

const userData = userDataWith({
  flags: [
    '--node-labels=pool=signalling,cnf=theirs',
    '--register-with-taints=dedicated=signalling:NoSchedule',
  ],
  spec: {
    interfaces: [
      { name: 'eth1', subnets: [subnets.a], securityGroups: [group] },
      { name: 'eth2', subnets: [subnets.b], securityGroups: [group] },
    ],
    kubelet: { labels: { cnf: 'abc', 'eth1-address': '${eth1.address}' } },
  },
});

t.test('two interfaces', async (t) => {
  const node = await makeVmNode(t, { userData, simulator: { latencies, deviceMs, attachMs: 1500 } });
  const { vm } = node;
  await vm.start();
  const kubelet = await kubeletStart(vm);

  t.strictSame(
    multusLinks(node, kubelet.links),
    [readyLink('eth1'), readyLink('eth2')],
    'when kubelet starts, the links are there',
  );
  t.strictSame(
    kubelet.labels,
    {
      pool: 'signalling',
      cnf: 'abc',
      'eth1-address': '10.0.4.4',
      'multus-bootstrap.io/ready': 'true',
    },
    'the labels of the user’s NodeConfig and ours',
  );
  t.strictSame(kubelet.taints, [{ key: 'dedicated', value: 'signalling', effect: 'NoSchedule' }]);

  for (const name of ['eth1', 'eth2']) {
    t.match(
      await vm.output(['networkctl', 'status', name]),
      /State: carrier \(unmanaged\)/,
      `${name}: not networkd’s`,
    );
    t.match(
      await vm.output(['ip', '-brief', 'address', 'show', 'dev', name]),
      /^\S+ +UP *$/m,
      `${name}: up, without an address`,
    );
    t.equal(
      await vm.output(['ip', '-4', 'route', 'show', 'table', 'all', 'dev', name]),
      '',
      `${name}: no route`,
    );
    t.equal(await vm.output(['ip', '-6', 'route', 'show', 'dev', name]), '', `${name}: no IPv6 route`);
  }
  const rules = await vm.output(['ip', 'rule']);
  t.notMatch(rules, /10\.0\.[45]\./, 'no rules of nodeadm’s net manager');

  await t.test('the journal tells it in order', async (t) => {
    const journal = await vm.output(['journalctl', '--boot', '--output=cat', '--no-pager']);
    const inOrder = (...lines: string[]) => {
      const places = lines.map((line) => journal.indexOf(line));
      t.ok(
        places.every((place, index) => place > (places[index - 1] ?? -1)),
        `${lines.join(' → ')}\n${places}`,
      );
    };
    for (const [name, address] of [
      ['eth1', '10.0.4.4'],
      ['eth2', '10.0.5.4'],
    ]) {
      inOrder(
        'Starting multus-bootstrap.service',
        `${name}: claimed ${address}`,
        `${name}: attached at device index`,
        `${name}: its device is there`,
        'ready in ',
        'Finished multus-bootstrap.service',
        'Starting nodeadm-run.service',
        'Started kubelet.service',
      );
    }
  });
  t.match(await vm.consoleLog(), /ready in .*: 2 interfaces/, 'the console has the closing line');

  const started = /=(\d+)/.exec(
    await vm.output(['systemctl', 'show', '--property=ExecMainStartTimestampMonotonic', 'multus-bootstrap']),
  )?.[1];
  assert(started !== undefined);
  const seconds = kubelet.monotonic - Number(started) / 1e6;
  t.comment(`from the agent's start to kubelet: ${seconds.toFixed(1)} s; EC2's share is ${floorMs / 1000} s`);
});

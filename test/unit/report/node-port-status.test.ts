/** Who holds which address, by EC2, the OS and the watcher, and what is said where they differ. */
import t from 'tap';
import type { NodePortConfig } from '../../../agent/config/model.ts';
import { setupDifferences } from '../../../agent/report/node-port-differences.ts';
import { type NodePortSeen, nodePortStatus } from '../../../agent/report/node-port-status.ts';
import { holding, setup, state } from './node-port-world.ts';

const own6 = '2600:1f18:1:4::201';
const whole: NodePortSeen = {
  setup,
  nodes: [holding('i-2', 'eni-2', ['10.0.4.7', '10.0.4.201']), holding('i-1', 'eni-1', ['10.0.4.4'], [own6])],
  onLinks: new Map([['eth1', ['10.0.4.201', own6]]]),
  last: { instanceId: 'i-1', writtenAt: '2026-11-21T18:10:00.000Z', addresses: [state] },
  isWatched: true,
  unknown: [],
};
const see = (part: Partial<NodePortSeen>) => nodePortStatus({ ...whole, ...part });

t.test('a node that is whole', async (t) => {
  const status = see({});
  t.match(status, {
    instanceId: 'i-1',
    watcher: { state: 'running', writtenAt: '2026-11-21T18:10:00.000Z' },
    addresses: [
      {
        address: '10.0.4.201',
        interface: 'eth1',
        mode: 'Floating',
        probePort: 30080,
        isOnLink: true,
        isHeldHere: false,
        holder: { eniId: 'eni-2', instanceId: 'i-2', since: '2026-11-21T18:03:05.000Z' },
        watched: state,
      },
      { address: own6, mode: 'PerNode', isOnLink: true, isHeldHere: true, watched: undefined },
    ],
  });
  t.strictSame([status.differences, status.unknown], [[], []]);
});

t.test("EC2's word counts, and another holder's time is not this one's", async (t) => {
  const [floating] = see({ nodes: [holding('i-9', 'eni-9', ['10.0.4.201'])] }).addresses;
  t.match(floating?.holder, { instanceId: 'i-9', eniId: 'eni-9', since: undefined });
});

t.test("without EC2's word, the watcher's", async (t) => {
  const { addresses, differences } = see({ nodes: undefined });
  t.match(addresses[0], { holder: { instanceId: 'i-2' }, isHeldHere: false });
  t.match(addresses[1], { holder: undefined, isHeldHere: undefined });
  t.strictSame(differences, []);
});

t.test('IPv6 addresses in another spelling, and the same address in another subnet', async (t) => {
  const spelled = see({ nodes: [holding('i-1', 'eni-1', [], ['2600:1f18:0001:0004:0:0:0:0201'])] });
  t.equal(spelled.addresses[1]?.isHeldHere, true);
  const other = holding('i-2', 'eni-2', ['10.0.4.201']);
  const elsewhere = { ...other, enis: other.enis.map((eni) => ({ ...eni, subnetId: 'subnet-2' })) };
  t.equal(see({ nodes: [elsewhere] }).addresses[0]?.holder, 'nobody');
});

t.test('what differs is said, each with what to do', async (t) => {
  const cases: [string, Partial<NodePortSeen>, RegExp[]][] = [
    [
      'not in the OS',
      { onLinks: new Map([['eth1', [own6]]]) },
      [/^10\.0\.4\.201: eth1 does not have it; the watcher .*within a minute/],
    ],
    [
      'a link that is gone',
      { onLinks: new Map() },
      [/^10\.0\.4\.201: eth1/, /^2600:\S+: eth1 .*systemctl restart/],
    ],
    [
      'nobody holds the floating one',
      { nodes: [holding('i-1', 'eni-1', [], [own6])] },
      [/^10\.0\.4\.201: no instance/],
    ],
    [
      "another holds this node's own",
      { nodes: [holding('i-2', 'eni-2', ['10.0.4.201'], [own6])] },
      [/^2600:\S+: this node's, and in EC2 i-2 holds it; .*systemctl restart multus-bootstrap/],
    ],
    [
      'nobody holds it',
      { nodes: [holding('i-2', 'eni-2', ['10.0.4.201'])] },
      [/^2600:\S+: this node's, and in EC2 nobody holds it/],
    ],
    [
      "it is on another of this node's ENIs",
      { nodes: [holding('i-1', 'eni-7', ['10.0.4.201'], [own6])] },
      [/^2600:\S+: this node's, and in EC2 i-1 holds it/],
    ],
    [
      'a holder that no probe has ever reached',
      {
        last: {
          instanceId: 'i-1',
          writtenAt: '2026-11-21T18:10:00.000Z',
          addresses: [
            {
              ...state,
              probes: [
                { kind: 'icmp', everAnswered: false, misses: 30 },
                { kind: 'tcp', everAnswered: false, misses: 30 },
              ],
            },
          ],
        },
      },
      [/^10\.0\.4\.201: the holder, 10\.0\.0\.12, .*; allow ICMP echo or TCP port 30080/],
    ],
    [
      'no watcher',
      { isWatched: false },
      [/^the watcher does not run: .*systemctl start multus-bootstrap-nodeport/],
    ],
  ];
  for (const [name, part, expected] of cases) {
    const { differences } = see(part);
    t.equal(differences.length, expected.length, name, { differences });
    t.match(differences, expected, name);
  }
});

t.test('a node without floating addresses needs no watcher', async (t) => {
  const links = setup.links.map((link) => ({ ...link, addresses: link.addresses.slice(1) }));
  const { watcher, differences } = see({ setup: { ...setup, links }, isWatched: false, last: undefined });
  t.strictSame([watcher.state, differences], ['not needed', []]);
});

t.test('what could not be found out is no difference', async (t) => {
  const { watcher, addresses, differences, unknown } = see({
    nodes: undefined,
    onLinks: undefined,
    last: undefined,
    isWatched: undefined,
    unknown: ['EC2: denied'],
  });
  t.strictSame([watcher.state, differences, unknown], ['unknown', [], ['EC2: denied']]);
  t.match(addresses[0], { holder: undefined, isOnLink: undefined, isHeldHere: undefined });
});

t.test('configuration and setup', async (t) => {
  const entry: NodePortConfig = {
    addresses: ['10.0.4.201', '10.0.5.201'],
    interface: 'eth1',
    mode: 'Floating',
    probePort: 30080,
    primaryIsUnmanaged: false,
  };
  const own: NodePortConfig = {
    ...entry,
    mode: 'PerNode',
    addresses: ['2600:1f18:1:4::200', own6, '2600:1f18:1:5::201'],
  };
  const all = [entry, own];
  t.strictSame(
    setupDifferences(all, setup),
    [],
    'those of other zones and of other nodes are none of its own',
  );
  t.strictSame(setupDifferences([], { instanceId: 'i-1', links: [] }), []);
  t.match(setupDifferences([{ ...entry, addresses: ['10.0.4.201', '10.0.4.202'] }, own], setup), [
    /^10\.0\.4\.202: configured for eth1, and not set up; .*systemctl restart multus-bootstrap/,
  ]);
  t.match(setupDifferences([own], setup), [/^10\.0\.4\.201: it is set up, and the configuration does not/]);
  t.match(setupDifferences([...all, { ...entry, interface: 'eth2', addresses: ['10.0.6.1'] }], setup), [
    /^10\.0\.6\.1: configured for eth2, and not set up/,
  ]);
  t.match(setupDifferences([entry], undefined), [/^10\.0\.4\.201, 10\.0\.5\.201: configured for eth1/]);
});

t.test('an entry for each zone', async (t) => {
  const entry: NodePortConfig = {
    addresses: ['2600:1f18:1:4::200', own6],
    interface: 'eth1',
    mode: 'PerNode',
    probePort: undefined,
    primaryIsUnmanaged: false,
  };
  const floating: NodePortConfig = { ...entry, mode: 'Floating', addresses: ['10.0.4.201'] };
  for (const mode of ['PerNode', 'Floating'] as const) {
    const elsewhere = { ...entry, mode, addresses: ['10.0.5.211'] };
    t.strictSame(setupDifferences([floating, entry, elsewhere], setup), [], mode);
    t.match(setupDifferences([floating, entry, { ...elsewhere, interface: 'eth2' }], setup), [
      /^10\.0\.5\.211: configured for eth2, and not set up/,
    ]);
  }
});

t.test('what no run may ever set up is not promised', async (t) => {
  const entry: NodePortConfig = {
    addresses: ['10.0.4.201', '10.0.4.202'],
    interface: 'eth1',
    mode: 'Floating',
    probePort: undefined,
    primaryIsUnmanaged: false,
  };
  const own = { ...entry, mode: 'PerNode' as const, addresses: [own6] };
  const ofAList = { ...own, addresses: ['2600:1f18:1:4::200'] };
  const links = setup.links.map((link) => ({ ...link, addresses: link.addresses.slice(0, 1) }));
  t.match(setupDifferences([entry, own], setup), [
    /^10\.0\.4\.202: .*, unless .* can never be moved: .* warns/,
  ]);
  // Without any of an entry's addresses a run fails, and the gate stays closed.
  t.match(setupDifferences([{ ...entry, addresses: ['10.0.4.201'] }, ofAList], { ...setup, links }), [
    /^2600:1f18:1:4::200: .* sets it right$/,
  ]);
});

t.test('the primary ENI, by whatever of its names', async (t) => {
  const links = setup.links.map((link) => ({ ...link, name: 'ens5', isPrimary: true }));
  const configured: NodePortConfig[] = ['primary', 'enp0s5'].map((name, i) => ({
    addresses: ['10.0.4.201', own6].slice(i, i + 1),
    interface: name,
    mode: 'Floating',
    probePort: undefined,
    primaryIsUnmanaged: true,
  }));
  t.strictSame(setupDifferences(configured, { ...setup, links }), []);
});

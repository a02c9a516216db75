import t from 'tap';
import { nodePortStatus } from '../../../agent/report/node-port-status.ts';
import { nodePortText } from '../../../agent/report/node-port-text.ts';
import { holding, setup, state } from './node-port-world.ts';

const seen = {
  setup,
  nodes: [
    holding('i-2', 'eni-2', ['10.0.4.201']),
    holding('i-1', 'eni-1', ['10.0.4.4'], ['2600:1f18:1:4::201']),
  ],
  onLinks: new Map([['eth1', ['10.0.4.201', '2600:1f18:1:4::201']]]),
  last: { instanceId: 'i-1', writtenAt: '2026-11-21T18:10:00.000Z', addresses: [state] },
  isWatched: true,
  unknown: [],
};
const now = Date.parse('2026-11-21T18:10:12.000Z');

t.test('all of it', async (t) => {
  t.equal(
    nodePortText(nodePortStatus(seen), now),
    `i-1
watcher: running; what it knows is 12 s old

NODEPORT            INTERFACE  MODE      HOLDER     NODE ADDRESS  ENI    SEEN SINCE
10.0.4.201          eth1       Floating  i-2        10.0.0.12     eni-2  2026-11-21T18:03:05.000Z
2600:1f18:1:4::201  eth1       PerNode   this node  10.0.0.12     eni-1  -

10.0.4.201:
  EC2 last answered: 2026-11-21T18:10:00.000Z
  would not take it over: its gateway does not answer ARP
  probes of the holder: icmp answered; tcp never answered, and so says nothing
  candidates:
    1. i-1 at 10.0.0.11, this node
    2. i-4
  last moves:
    2026-11-21T18:03:05.000Z  i-3 → i-2, seen: EC2 shows it at i-2
    2026-11-21T17:00:00.000Z  nobody → i-3, claimed: nobody held it

the setup, EC2 and the OS agree
`,
  );
});

t.test('what is amiss', async (t) => {
  const text = nodePortText(
    nodePortStatus({ ...seen, nodes: [], isWatched: false, last: undefined, unknown: ['x: y'] }),
    now,
  );
  t.match(text, /^watcher: not running; see systemctl .*; it has told nothing yet$/m);
  t.match(text, /^10\.0\.4\.201 +eth1 +Floating +nobody +- +- +-$/m);
  t.match(text, /^could not be looked at:\n {2}x: y$/m);
  t.match(text, /^differences:\n {2}10\.0\.4\.201: no instance holds it/m);
  t.notMatch(text, /agree/);
});

t.test('no difference in what could be looked at', async (t) => {
  const text = nodePortText(nodePortStatus({ ...seen, unknown: ['EC2: denied'] }), now);
  t.match(text, /^could not be looked at:\n {2}EC2: denied\nwhat could be looked at agrees\n$/m);
  t.notMatch(text, /the OS agree/);
});

t.test('a holder that is not running, and probes that are missed', async (t) => {
  const probes = [{ kind: 'icmp' as const, everAnswered: true, misses: 3 }];
  const holder = state.holder && { ...state.holder, instanceState: 'stopping' };
  const addresses = [{ ...state, holder, probes, held: undefined }];
  const text = nodePortText(
    nodePortStatus({ ...seen, nodes: undefined, last: { ...seen.last, addresses } }),
    now,
  );
  t.match(text, /^10\.0\.4\.201 .* i-2 \(stopping\) /m);
  t.match(text, /icmp 3 missed in a row/);
  t.notMatch(text, /would not take it over/);
});

t.test('no NodePort addresses', async (t) => {
  const text = nodePortText(nodePortStatus({ ...seen, setup: { instanceId: 'i-1', links: [] } }), now);
  t.match(text, /^no NodePort addresses are set up$/m);
  t.match(text, /^watcher: not needed/m);
  t.match(text, /^the setup, EC2 and the OS agree$/m);
});

t.test('configured, and not set up', async (t) => {
  const configured = [
    {
      addresses: ['10.0.4.201'],
      interface: 'eth1',
      mode: 'Floating' as const,
      probePort: undefined,
      primaryIsUnmanaged: false,
    },
  ];
  const nothing = { ...seen, setup: { instanceId: 'i-1', links: [] } };
  const text = nodePortText(nodePortStatus(nothing, configured), now);
  t.match(text, /^watcher: not set up$/m);
  t.match(text, /^differences:\n {2}10\.0\.4\.201: configured for eth1, and not set up; /m);
  t.notMatch(text, /agree/);
  const perNode = configured.map((each) => ({ ...each, mode: 'PerNode' as const }));
  t.match(nodePortText(nodePortStatus(nothing, perNode), now), /^watcher: not needed/m);
});

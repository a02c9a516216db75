import t from 'tap';
import type { Item } from '../../../agent/host/node-port/items.ts';
import { orders } from '../../../agent/host/node-port/orders.ts';
import { type Present, parsePresent } from '../../../agent/host/node-port/present.ts';
import { identityOf, ruleset } from '../../../agent/host/node-port/ruleset.ts';
import { wantedItems } from '../../../agent/host/node-port/wanted.ts';
import type { NodePortLink } from '../../../agent/nodeport/setup.ts';

function link(name: string, cidrs: string[], addresses: string[]): NodePortLink {
  return {
    name,
    mac: '02:00:00:00:00:01',
    eniId: `eni-${name}`,
    subnetId: 'subnet-1',
    cidrs,
    isPrimary: false,
    addresses: addresses.map((address) => ({ address, mode: 'Floating' })),
  };
}

const eth1 = link('eth1', ['10.0.4.0/24', '2600:1::/64'], ['10.0.4.201']);
const nothing: Present = { ours: [], foreignAddresses: [] };
const texts = (wanted: readonly Item[], present = nothing) => orders(wanted, present).map(({ text }) => text);

t.test('what a link gets', (t) => {
  const cases: Record<string, { links: NodePortLink[]; expected: string[] }> = {
    'no links': { links: [], expected: [] },
    'IPv4 alone, of a subnet that has both': {
      links: [eth1],
      expected: [
        'route replace 10.0.4.0/24 dev eth1 table 52001 protocol 109',
        'route replace default via 10.0.4.1 dev eth1 table 52001 onlink protocol 109',
        'rule add priority 900 fwmark 0x10/0x70 table 52001 protocol 109',
        'rule add priority 901 fwmark 0x0/0x70 from 10.0.4.201 table 52001 protocol 109',
        'address add 10.0.4.201/32 dev eth1 noprefixroute metric 109',
      ],
    },
    'IPv6, on the second link, of a subnet that does not begin at a round number': {
      links: [
        link('eth0', [], []),
        link('eth2', ['10.0.4.64/28', '2600:1::/64'], ['2600:1::a', '10.0.4.70']),
      ],
      expected: [
        'route replace 10.0.4.64/28 dev eth2 table 52002 protocol 109',
        'route replace default via 10.0.4.65 dev eth2 table 52002 onlink protocol 109',
        'rule add priority 900 fwmark 0x20/0x70 table 52002 protocol 109',
        'rule add priority 901 fwmark 0x0/0x70 from 10.0.4.70 table 52002 protocol 109',
        'address add 10.0.4.70/32 dev eth2 noprefixroute metric 109',
        'route replace 2600:1::/64 dev eth2 table 52002 protocol 109',
        'route replace default via fe80:ec2::1 dev eth2 table 52002 onlink protocol 109',
        'rule add priority 900 fwmark 0x20/0x70 table 52002 protocol 109',
        'rule add priority 901 fwmark 0x0/0x70 from 2600:1::a table 52002 protocol 109',
        'address add 2600:1::a/128 dev eth2 noprefixroute nodad preferred_lft 0 metric 109',
      ],
    },
  };
  for (const [title, { links, expected }] of Object.entries(cases)) {
    t.same(texts(wantedItems(links)), expected, title);
  }
  t.end();
});

t.test('a link is changed', (t) => {
  const former = wantedItems([eth1]);
  const present = { ours: former, foreignAddresses: [] };
  t.same(texts(former, present), []);
  t.same(texts(wantedItems([link('eth1', eth1.cidrs.slice(), ['10.0.4.202'])]), present), [
    'rule del priority 901 fwmark 0x0/0x70 from 10.0.4.201 table 52001 protocol 109',
    'rule add priority 901 fwmark 0x0/0x70 from 10.0.4.202 table 52001 protocol 109',
    'address add 10.0.4.202/32 dev eth1 noprefixroute metric 109',
    'address del 10.0.4.201/32 dev eth1 metric 109',
  ]);
  const address = former.filter(({ kind }) => kind === 'address');
  t.notMatch(texts(former, { ours: [], foreignAddresses: address }).join('\n'), /^address/m, 'there already');
  t.same(texts([], { ours: [], foreignAddresses: address }), [], 'what is not ours stays');
  t.end();
});

t.test('what `ip` tells', (t) => {
  // iproute2 5.10 shows links without addresses of the version as empty objects.
  const answer = `[{},{"ifname":"eth1","addr_info":[
    {"family":"inet","local":"10.0.4.201","prefixlen":32,"metric":109,"scope":"0"},
    {"family":"inet","local":"10.0.4.202","prefixlen":32,"scope":"0"},
    {"family":"inet","local":"10.0.4.203","prefixlen":24,"metric":109,"scope":"0"}]}]
[{"priority":0,"src":"all","table":"255"},
    {"priority":900,"src":"all","fwmark":"0x10","fwmask":"0x70","table":"52001","protocol":"109"},
    {"priority":901,"src":"10.0.4.201","fwmark":"0","fwmask":"0x70","table":"52001","protocol":"109"},
    {"priority":901,"src":"10.0.4.9","table":"52001","protocol":"3"},
    {"priority":901,"src":"10.0.4.8","table":"100","protocol":"109"},
    {"priority":901,"src":"10.0.4.7","table":"52002","protocol":"109"}]
[{"dst":"default","gateway":"10.0.4.1","dev":"eth1","table":"52001","flags":["onlink"]},
    {"dst":"10.0.4.0/24","dev":"eth1","table":"52001","scope":"link","flags":[]},
    {"dst":"10.9.0.0/24","dev":"eth1","table":"100","scope":"link","flags":[]}]
`;
  const { ours, foreignAddresses } = parsePresent(4, answer.replaceAll('\n   ', ''));
  t.same(
    ours.map(({ kind, link, key }) => `${link}: ${kind} ${key}`),
    [
      'eth1: address 10.0.4.201/32 dev eth1',
      'eth1: rule priority 900 fwmark 0x10/0x70 table 52001',
      'eth1: rule priority 901 fwmark 0x0/0x70 from 10.0.4.201 table 52001',
      'table 52002: rule priority 901 from 10.0.4.7 table 52002',
      'eth1: route default via 10.0.4.1 dev eth1 table 52001',
      'eth1: route 10.0.4.0/24 dev eth1 table 52001',
    ],
  );
  t.same(
    foreignAddresses.map(({ key }) => key),
    ['10.0.4.202/32 dev eth1'],
  );
  t.same(
    orders(wantedItems([eth1]), parsePresent(4, answer.replaceAll('\n   ', ''))).map(({ text }) => text),
    ['rule del priority 901 from 10.0.4.7 table 52002 protocol 109'],
  );
  t.end();
});

t.test('the ruleset', (t) => {
  const { text, identity } = ruleset([eth1, link('eth2', ['2600:2::/64'], ['2600:2::1', '2600:2::2'])]);
  t.match(text, 'iifname "eth2" ct direction original ip6 daddr { 2600:2::1, 2600:2::2 } ct mark set');
  const changes = [...text.matchAll(/(ct|meta) mark set \1 mark and (0x\w+) or (0x\w+)$/gm)];
  t.equal(changes.length, text.split(' mark set ').length - 1, 'every change keeps what is there');
  for (const [, , kept, added] of changes) {
    t.equal(kept, '0xffffff8f');
    t.equal(Number(added) & ~0x70, 0);
  }
  const flushed = text.replace(/^.*meta mark set.*$/m, '');
  t.not(identityOf(flushed), identity);
  t.not(ruleset([eth1]).identity, ruleset([{ ...eth1, name: 'eth3' }]).identity);
  t.equal(ruleset([]).identity, undefined);
  t.end();
});

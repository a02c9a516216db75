import t from 'tap';
import type { Eni, Reservation, Subnet } from '../../../agent/claim/facts.ts';
import { parseAddress } from '../../../agent/claim/range.ts';
import type { AddressConfig, CreatedInterface } from '../../../agent/config/model.ts';
import type { OpenIntent } from '../../../agent/plan/observation.ts';
import { eni, interfaceConfig, ownTags, subnet } from '../facts.ts';
import { chosen, planFor, primary, sourcesOf, writes } from './planning.ts';

const none: AddressConfig = { mode: 'None', within: [], podRange: [] };
const automatic: AddressConfig = { ...none, mode: 'Automatic' };
const firstFree: AddressConfig = { ...none, mode: 'FirstFree' };
const ipv6Cidrs = ['2600:1f18:0:4::/64'];
const dual = subnet({ ipv6Cidrs });
const only6: Subnet = { ...dual, cidr: undefined, availableAddresses: 0, assignsIpv6: true };
const byHost = (host: string) => `2600:1f18:0:4::${host}`;

interface Given {
  subnets?: readonly Subnet[];
  enis?: readonly Eni[];
  reservations?: readonly Reservation[];
  intents?: readonly OpenIntent[];
}
const plan = (configs: readonly Partial<CreatedInterface>[], { enis = [], ...given }: Given) =>
  planFor(
    configs.map((each, n) => interfaceConfig({ name: `eth${n + 1}`, ...each })),
    { subnets: [dual], enis: [primary, ...enis], ...given },
  );
/** What the creates name. */
const creates = (...given: Parameters<typeof plan>) =>
  writes(plan(...given))
    .filter(({ action }) => action === 'CreateNetworkInterface')
    .map(({ address, ipv6Address }) => [address, ipv6Address]);

t.test('every pair of modes in every kind of subnet', async (t) => {
  const only4 = subnet({});
  const needs4 = /has no IPv4 CIDR: .*ipv4: \{mode: None\}/;
  const needs6 = /has no associated IPv6 CIDR: .*ipv6: \{mode: None\}/;
  const gets4 = /has an IPv4 CIDR .*EC2 gives every ENI there an IPv4 address/;
  const v4 = '10.0.4.4';
  const v6 = byHost('4');
  for (const [ipv4, ipv6, inOnly4, inDual, inOnly6] of [
    [firstFree, none, [v4, undefined], [v4, undefined], needs4],
    [firstFree, firstFree, needs6, [v4, v6], needs4],
    [firstFree, automatic, needs6, [v4, undefined], needs4],
    [automatic, none, [undefined, undefined], [undefined, undefined], needs4],
    [automatic, firstFree, needs6, [undefined, v6], needs4],
    [automatic, automatic, needs6, [undefined, undefined], needs4],
    [none, firstFree, gets4, gets4, [undefined, v6]],
    [none, automatic, gets4, gets4, [undefined, undefined]],
  ] as const) {
    for (const [kind, each, outcome] of [
      ['IPv4-only', only4, inOnly4],
      ['dual-stack', dual, inDual],
      ['IPv6-only', only6, inOnly6],
    ] as const) {
      const what = `${ipv4.mode} and ${ipv6.mode} in an ${kind} subnet`;
      const make = () => creates([{ ipv4, ipv6 }], { subnets: [each] });
      if (outcome instanceof RegExp) {
        t.throws(make, { exitCode: 3, message: outcome }, what);
      } else {
        t.strictSame(make(), [outcome], what);
      }
    }
  }
});

t.test('an IPv6 CIDR that is not associated is none', async (t) => {
  // EC2's answer is read so that those are left out: what is left decides.
  t.throws(() => plan([{ ipv6: firstFree }], { subnets: [{ ...dual, ipv6Cidrs: [] }] }), {
    exitCode: 3,
    message: /associate one/,
  });
  const several = { ...dual, ipv6Cidrs: ['2600:1f18:0:5::/64', '2600:1f18:0:4::/64'] };
  t.strictSame(
    creates([{ ipv6: firstFree }], { subnets: [several] }),
    [['10.0.4.4', byHost('4')]],
    'of several, the lowest address of all',
  );
  t.strictSame(
    creates([{ ipv6: { ...firstFree, within: ['2600:1f18:0:5::/80'] } }], { subnets: [several] }),
    [['10.0.4.4', '2600:1f18:0:5::4']],
    'unless within names the other',
  );
});

t.test('what is not free in a /64', async (t) => {
  const first = (given: Given, ipv6: Partial<AddressConfig> = {}) =>
    creates([{ ipv6: { ...firstFree, ...ipv6 } }], given)[0]?.[1];
  t.equal(first({ enis: [eni({ ipv6Addresses: [byHost('4'), byHost('6')] })] }), byHost('5'), 'addresses');
  t.equal(
    first({ enis: [eni({ ipv6Addresses: ['2600:1F18:0:4:0::04'] })] }),
    byHost('5'),
    'however they are written',
  );
  const prefix = eni({ prefixes: ['2600:1f18:0:4::/80'] });
  t.equal(first({ enis: [prefix] }), '2600:1f18:0:4:1::', 'a delegated prefix');
  const reservation = (cidr: string, type: Reservation['type']) => ({ subnetId: dual.id, cidr, type });
  for (const type of ['explicit', 'prefix'] as const) {
    const reservations = [reservation('2600:1f18:0:4::/112', type)];
    t.equal(first({ reservations }), byHost('1:0'), `a reservation, ${type}`);
    const within = ['2600:1f18:0:4::/112', '2600:1f18:0:4:9::/80'];
    t.equal(
      first({ reservations }, { within }),
      type === 'explicit' ? byHost('4') : '2600:1f18:0:4:9::',
      `one that is an entry of within, ${type}`,
    );
  }
  t.equal(first({}, { podRange: ['2600:1f18:0:4::-2600:1f18:0:4::ff'] }), byHost('100'), "the pods' part");
  t.equal(
    first({}, { within: ['2600:1f18:0:4:ffff:ffff:ffff:0/112'], podRange: ['2600:1f18:0:4::/65'] }),
    '2600:1f18:0:4:ffff:ffff:ffff:0',
  );
});

t.test('siblings in one subnet plan different addresses of each version', async (t) => {
  const both = { ipv6: firstFree };
  t.strictSame(creates([both, both, { ipv6: automatic }], {}), [
    ['10.0.4.4', byHost('4')],
    ['10.0.4.5', byHost('5')],
    ['10.0.4.6', undefined],
  ]);
  const intent = {
    interface: 'eth2',
    subnetId: dual.id,
    address: '10.0.4.4',
    ipv6Address: byHost('4'),
    ageMs: 5_000,
  };
  t.strictSame(
    creates([both, both], { intents: [intent] }),
    [
      ['10.0.4.5', byHost('5')],
      ['10.0.4.4', byHost('4')],
    ],
    'what an earlier run may have claimed for another, which no listing shows',
  );
  const recovering = plan([both, both], { intents: [intent] });
  const [, source] = recovering.interfaces.map((each) => each.source);
  const choice = source?.kind === 'recover' ? source.choices[0] : undefined;
  t.match(
    choice?.ipv6,
    { free: [{ first: parseAddress(byHost('4')) }] },
    'the other may have it, if nothing came of that',
  );
});

t.test('an intent is settled by the IPv6 address as well', async (t) => {
  const intent = { interface: 'eth1', subnetId: dual.id, ipv6Address: byHost('9'), ageMs: 5_000 };
  const source = (ipv6Addresses: string[], config: Partial<CreatedInterface> = {}) => {
    const there = eni({ subnetId: dual.id, ipv6Addresses, tags: ownTags('eth1') });
    const given = { subnets: [only6], intents: [intent], enis: [there] };
    return sourcesOf(plan([{ ipv4: none, ipv6: firstFree, ...config }], given))[0]?.replace(there.id, 'it');
  };
  t.equal(source([byHost('9')]), 'adopt it', 'its ENI is there');
  t.equal(source([byHost('a')]), 'adopt it', 'another that fits comes first');
  t.equal(source([]), 'recover', 'another, which does not fit, is not its');
  const elsewhere = { ...firstFree, within: ['2600:1f18:0:4:1::/80'] };
  t.equal(source([byHost('9')], { ipv6: elsewhere }), 'create', 'it is there, and not wanted any more');
});

t.test('the subnet with room for most ENIs comes first', async (t) => {
  const other = { ...dual, id: 'subnet-22222222', cidr: '10.0.5.0/24', ipv6Cidrs: ['2600:1f18:0:5::/64'] };
  const both = { subnets: [dual.id, other.id] };
  const order = (config: Partial<CreatedInterface>, given: Given = {}) =>
    plan([{ ...both, ...config }], { subnets: [dual, other], ...given }).interfaces.flatMap(chosen);
  t.strictSame(order({ ipv6: firstFree }), [dual.id, other.id], 'as listed, where they are alike');
  const within = ['2600:1f18:0:4::/112', '2600:1f18:0:5::/64'];
  t.strictSame(
    order({ ipv6: { ...firstFree, within } }, { subnets: [{ ...dual, availableAddresses: 200 }, other] }),
    [other.id, dual.id],
    'of IPv4 and IPv6, the scarcer decides',
  );
  const narrow = ['2600:1f18:0:4::/120', '2600:1f18:0:5::/121'];
  t.strictSame(
    order(
      { ipv6: { ...firstFree, within: narrow } },
      { subnets: [{ ...dual, availableAddresses: 200 }, other] },
    ),
    [dual.id, other.id],
    'be it IPv6',
  );
  const native = [only6, { ...other, cidr: undefined, availableAddresses: 0 }];
  const held = eni({ prefixes: ['2600:1f18:0:4:1::/80'] });
  t.strictSame(
    order({ ipv4: none, ipv6: firstFree }, { subnets: native, enis: [held] }),
    [other.id, dual.id],
    'IPv6-only, where EC2 counts no available addresses: by numbers beyond 2^53',
  );
  t.strictSame(order({ ipv4: none, ipv6: automatic }, { subnets: native }), [dual.id, other.id]);
});

t.test('no free IPv6 address is a failure of the interface, in numbers that can be read', async (t) => {
  const full = (ipv6: Partial<AddressConfig>, given: Given) => () =>
    plan([{ ipv6: { ...firstFree, ...ipv6 } }], given);
  const everything: Reservation = { subnetId: dual.id, cidr: '2600:1f18:0:4::/64', type: 'prefix' };
  t.throws(full({}, { reservations: [everything] }), {
    exitCode: 5,
    message:
      /eth1: no free address: of the 2\^64 addresses of \S+ \(2600:1f18:0:4::\/64\) 2\^64 are in CIDR reserv/,
  });
  t.throws(full({ podRange: ['2600:1f18:0:4::4-2600:1f18:0:4:ffff:ffff:ffff:ffff'] }, {}), {
    exitCode: 5,
    message: /~2\^64 are in podRange, 5 are EC2's own/,
  });
  const held = Array.from({ length: 12 }, (_, n) => byHost((n + 4).toString(16)));
  t.throws(full({ within: ['2600:1f18:0:4::/124'] }, { enis: [eni({ ipv6Addresses: held })] }), {
    exitCode: 5,
    message: /of the 16 addresses of .* within 2600:1f18:0:4::\/124 12 are held by ENIs .*, 4 are EC2's own/,
  });
  t.throws(full({ within: ['2600:1f18:0:9::/80'] }, {}), {
    exitCode: 3,
    message: /ipv6\.within \(2600:1f18:0:9::\/80\) has no entry inside .*2600:1f18:0:4::\/64/,
  });
});

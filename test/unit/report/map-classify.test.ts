import fc from 'fast-check';
import t from 'tap';
import type { Eni, Reservation } from '../../../agent/claim/facts.ts';
import type { Bounds } from '../../../agent/claim/free.ts';
import { formatAddress, parseRange } from '../../../agent/claim/range.ts';
import { boundsOf } from '../../../agent/report/map/bounds.ts';
import { type Cell, cellsOf } from '../../../agent/report/map/cells.ts';
import { classify, countKinds } from '../../../agent/report/map/classify.ts';
import { formatRange } from '../../../agent/report/map/format.ts';
import { isHeld, type Kind, kinds } from '../../../agent/report/map/kinds.ts';
import { eni, instanceId, interfaceConfig, ownTags, subnet } from '../facts.ts';

const anywhere: Bounds = { within: [], podRange: [] };
const others = { ...ownTags('eth1'), 'multus-bootstrap.io/instance-id': 'i-00000000000000001' };

function kindsIn(
  cidr: string,
  enis: readonly Eni[],
  reservations: readonly Reservation[] = [],
  bounds = anywhere,
): string[] {
  return classify(cidr, { subnet: subnet({}), enis, reservations }, bounds, instanceId).map(
    (run) => `${formatRange(run)}: ${run.kind}`,
  );
}

t.test('an address of each kind', async (t) => {
  const reservation = (cidr: string, type: 'explicit' | 'prefix') => ({
    subnetId: subnet({}).id,
    cidr,
    type,
  });
  t.strictSame(
    kindsIn(
      '10.0.4.0/25',
      [
        eni({ addresses: ['10.0.4.4', '10.0.4.40'], tags: ownTags('eth1') }),
        eni({ addresses: ['10.0.4.5'], tags: others }),
        eni({ addresses: ['10.0.4.6'], prefixes: ['10.0.4.48/28'] }),
      ],
      [reservation('10.0.4.64/28', 'explicit'), reservation('10.0.4.80/28', 'prefix')],
      { within: ['10.0.4.0-10.0.4.9'], podRange: ['10.0.4.32-10.0.4.47'] },
    ),
    [
      '10.0.4.0 to 10.0.4.3: reserved',
      '10.0.4.4: mine',
      '10.0.4.5: ours',
      '10.0.4.6: other',
      '10.0.4.7 to 10.0.4.9: within',
      '10.0.4.10 to 10.0.4.31: free',
      '10.0.4.32 to 10.0.4.39: podRange',
      '10.0.4.40: secondary',
      '10.0.4.41 to 10.0.4.47: podRange',
      '10.0.4.48 to 10.0.4.63: prefix',
      '10.0.4.64 to 10.0.4.79: explicit',
      '10.0.4.80 to 10.0.4.95: prefixReservation',
      '10.0.4.96 to 10.0.4.126: free',
      '10.0.4.127: reserved',
    ],
  );
});

t.test('an address that is several counts as one', async (t) => {
  const cidr = '10.0.4.0/28';
  const explicit = { subnetId: subnet({}).id, cidr: '10.0.4.8/30', type: 'explicit' as const };
  const prefix = { ...explicit, type: 'prefix' as const };
  const inside = [eni({ addresses: ['10.0.4.9'] })];
  const cases: [string, string[], string[]][] = [
    [
      'what an ENI holds inside a reservation is the ENI’s',
      kindsIn(cidr, inside, [explicit]),
      ['10.0.4.8: explicit', '10.0.4.9: other', '10.0.4.10 to 10.0.4.11: explicit'],
    ],
    [
      'a reservation goes before the parts',
      kindsIn(cidr, [], [explicit], { within: [cidr], podRange: [cidr] }),
      [
        '10.0.4.4 to 10.0.4.7: podRange',
        '10.0.4.8 to 10.0.4.11: explicit',
        '10.0.4.12 to 10.0.4.14: podRange',
      ],
    ],
    [
      'an explicit one that is an entry of within was made for the workers',
      kindsIn(cidr, [], [explicit], { within: ['10.0.4.8/30'], podRange: [] }),
      ['10.0.4.8 to 10.0.4.11: within'],
    ],
    [
      'one for prefixes never was',
      kindsIn(cidr, [], [prefix], { within: ['10.0.4.8/30'], podRange: [] }),
      ['10.0.4.8 to 10.0.4.11: prefixReservation'],
    ],
    [
      'what is in both parts is the pods’',
      kindsIn(cidr, [], [], { within: ['10.0.4.8/30'], podRange: ['10.0.4.10/31'] }),
      ['10.0.4.8 to 10.0.4.9: within', '10.0.4.10 to 10.0.4.11: podRange'],
    ],
    [
      'an ENI that bears an instance’s tag and is neither made nor claimed is another’s',
      kindsIn(cidr, [eni({ addresses: ['10.0.4.8'], tags: { 'multus-bootstrap.io/instance-id': 'i-1' } })]),
      ['10.0.4.8: other'],
    ],
    [
      'one made beforehand and claimed is ours',
      kindsIn(cidr, [
        eni({
          addresses: ['10.0.4.8'],
          tags: { 'multus-bootstrap.io/instance-id': 'i-1', 'multus-bootstrap.io/existing': 'true' },
        }),
      ]),
      ['10.0.4.8: ours'],
    ],
  ];
  for (const [name, got, wanted] of cases) {
    t.strictSame(
      got.filter((run) => !/reserved|free/.test(run)),
      wanted,
      name,
    );
  }
});

t.test('of a subnet with both IP versions, each has its own', async (t) => {
  const both = [
    eni({
      addresses: ['10.0.4.4'],
      ipv6Addresses: ['2600::4', '2600::a'],
      prefixes: ['10.0.4.16/28', '2600:0:0:0:1::/80'],
      tags: ownTags('eth1'),
    }),
  ];
  t.strictSame(kindsIn('10.0.4.0/28', both), [
    '10.0.4.0 to 10.0.4.3: reserved',
    '10.0.4.4: mine',
    '10.0.4.5 to 10.0.4.14: free',
    '10.0.4.15: reserved',
  ]);
  t.strictSame(kindsIn('2600::/64', both), [
    '2600:: to 2600::3: reserved',
    '2600::4: mine',
    '2600::5 to 2600::9: free',
    '2600::a: secondary',
    '2600::b to 2600::ffff:ffff:ffff: free',
    '2600::1:0:0:0 to 2600::1:ffff:ffff:ffff: prefix',
    '2600::2:0:0:0 to 2600::ffff:ffff:ffff:fffe: free',
    '2600::ffff:ffff:ffff:ffff: reserved',
  ]);
});

t.test('NodePort addresses are neither pods nor for workers', async (t) => {
  const carries = (text: string) => ({ ...others, 'multus-bootstrap.io/nodeport': text });
  const interesting = (runs: string[]) => runs.filter((run) => /odePort|secondary|mine|ours|other/.test(run));
  t.strictSame(
    interesting(
      kindsIn(
        '10.0.4.0/24',
        [
          eni({ addresses: ['10.0.4.4', '10.0.4.200', '10.0.4.130'], tags: ownTags('eth1') }),
          eni({ addresses: ['10.0.4.5', '10.0.4.201'], tags: carries('10.0.4.201 10.0.4.202') }),
        ],
        [],
        {
          within: ['10.0.4.0/25'],
          podRange: ['10.0.4.128/25'],
          nodePort: ['10.0.4.200', '10.0.4.203', '10.0.9.1'],
        },
      ),
    ),
    [
      '10.0.4.4: mine',
      '10.0.4.5: ours',
      '10.0.4.130: secondary',
      '10.0.4.200 to 10.0.4.201: nodePort',
      '10.0.4.202 to 10.0.4.203: forNodePort',
    ],
    'by the configuration, and by the tags of whoever carries them',
  );
  const floating = '2600::1';
  t.strictSame(
    interesting(
      kindsIn('2600::/64', [
        eni({
          addresses: ['10.0.4.5'],
          ipv6Addresses: [floating, '2600::5', '2600::9'],
          tags: carries(floating),
        }),
      ]),
    ),
    ['2600::1: nodePort', '2600::5: ours', '2600::9: secondary'],
    'EC2 keeps no order among IPv6 addresses',
  );
  t.strictSame(
    interesting(
      kindsIn('10.0.4.0/28', [eni({ addresses: ['10.0.4.5', '10.0.4.6'], tags: carries('x 10.0.4.6/31') })]),
    ),
    ['10.0.4.5: ours', '10.0.4.6: secondary'],
    'a tag that somebody else has written',
  );
});

t.test('the parts are those of the interfaces that may use the subnet', async (t) => {
  const here = subnet({ tags: { net: 'signalling' } });
  const ipv4 = (
    within: string[],
    podRange: string[] = [],
    mode: 'FirstFree' | 'Automatic' = 'FirstFree',
  ) => ({
    ipv4: { mode, within, podRange },
  });
  const of = (...interfaces: Parameters<typeof interfaceConfig>[0][]) =>
    boundsOf({ interfaces: interfaces.map(interfaceConfig), nodePort: [] }, here).ipv4;
  t.strictSame(of(ipv4(['10.0.4.0/26'], ['10.0.4.128/25']), ipv4(['10.0.4.64/26'])), {
    within: ['10.0.4.0/26', '10.0.4.64/26'],
    podRange: ['10.0.4.128/25'],
    nodePort: [],
  });
  t.strictSame(
    of(ipv4(['10.0.4.0/26']), { ...ipv4(['10.0.5.0/26']), subnets: ['subnet-22222222'] }),
    { within: ['10.0.4.0/26'], podRange: [], nodePort: [] },
    'not those of an interface in another subnet',
  );
  t.strictSame(
    of(ipv4(['10.0.4.0/26'], ['10.0.4.128/25']), ipv4([])).within,
    [],
    'one without within may claim anywhere',
  );
  t.strictSame(of(ipv4(['10.0.4.0/26'], [], 'Automatic')).within, [], 'they bind FirstFree alone');
  const tagged = { ...ipv4(['10.0.4.0/26']), subnets: [] };
  t.strictSame(of({ ...tagged, subnetTags: { net: 'signalling' } }).within, ['10.0.4.0/26']);
  t.strictSame(of({ ...tagged, subnetTags: { net: 'media' } }).within, []);
});

/** Whole subnets of 10.0.0.0, of any size that EC2 allows, down to the smallest. */
const situation = fc.integer({ min: 16, max: 28 }).chain((length) => {
  const size = 2 ** (32 - length);
  const address = fc.integer({ min: 0, max: size - 1 }).map((offset) => formatAddress(base + BigInt(offset)));
  const range = fc.tuple(address, fc.nat({ max: 40 })).map(([first, more]) => {
    const last = Number(parseRange(first).first - base) + more;
    return `${first}-${formatAddress(base + BigInt(Math.min(last, size - 1)))}`;
  });
  const block = fc
    .integer({ min: 0, max: size / 16 - 1 })
    .map((n) => `${formatAddress(base + BigInt(n * 16))}/28`);
  const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 4 });
  return fc.record({
    cidr: fc.constant(`10.0.0.0/${length}`),
    enis: fc.array(
      fc.record({ addresses: few(address), prefixes: few(block), owner: fc.constantFrom('me', 'peer', '') }),
      { maxLength: 12 },
    ),
    reservations: few(
      fc.record({
        subnetId: fc.constant(subnet({}).id),
        cidr: block,
        type: fc.constantFrom<Reservation['type'][]>('explicit', 'prefix'),
      }),
    ),
    within: few(fc.oneof(range, block)),
    podRange: few(range),
  });
});
const base = parseRange('10.0.0.0').first;

t.test('every address is what it is said to be, and none is counted twice', async () => {
  fc.assert(
    fc.property(situation, ({ cidr, reservations, within, podRange, ...given }) => {
      const enis = given.enis.map(({ owner, ...held }) =>
        eni({ ...held, tags: owner === 'me' ? ownTags('eth1') : owner === 'peer' ? others : {} }),
      );
      const runs = classify(
        cidr,
        { subnet: subnet({}), enis, reservations },
        { within, podRange },
        instanceId,
      );
      const whole = parseRange(cidr);
      const kindOf = naiveKinds(cidr, enis, reservations, { within, podRange });
      let next = whole.first;
      for (const run of runs) {
        if (run.first !== next) {
          return false;
        }
        for (let address = run.first; address <= run.last; address += 1n) {
          if (kindOf(address) !== run.kind) {
            return false;
          }
        }
        next = run.last + 1n;
      }
      const total = [...countKinds(runs).values()].reduce((sum, count) => sum + count, 0n);
      return (
        next === whole.last + 1n &&
        total === whole.last - whole.first + 1n &&
        cellsOf(runs, whole).every((cell) => isRight(cell, kindOf))
      );
    }),
    { numRuns: 300 },
  );
});

/** Address by address: the kinds painted one over the other, the first of them last. */
function naiveKinds(
  cidr: string,
  enis: readonly Eni[],
  reservations: readonly Reservation[],
  bounds: Bounds,
): (address: bigint) => Kind {
  const { first, last } = parseRange(cidr);
  const same = (a: string, b: string) => JSON.stringify(ends(a)) === JSON.stringify(ends(b));
  const closed = reservations.filter(
    (each) => each.type === 'prefix' || !bounds.within.some((entry) => same(entry, each.cidr)),
  );
  const primary = (of: readonly Eni[]) => of.flatMap((each) => each.addresses.slice(0, 1));
  const mine = enis.filter((each) => each.tags['multus-bootstrap.io/instance-id'] === instanceId);
  const ours = enis.filter((each) => each.tags['multus-bootstrap.io/created'] === 'true');
  const layers: [Kind, readonly string[]][] = [
    ['mine', primary(mine)],
    ['ours', primary(ours)],
    ['other', primary(enis)],
    ['secondary', enis.flatMap((each) => each.addresses.slice(1))],
    ['prefix', enis.flatMap((each) => each.prefixes)],
    ['reserved', [`${formatAddress(first)}-${formatAddress(first + 3n)}`, formatAddress(last)]],
    ['explicit', closed.filter(({ type }) => type === 'explicit').map((each) => each.cidr)],
    ['prefixReservation', closed.filter(({ type }) => type === 'prefix').map((each) => each.cidr)],
    ['podRange', bounds.podRange],
    ['within', bounds.within],
  ];
  const painted: Kind[] = Array.from({ length: Number(last - first) + 1 }, () => 'free');
  for (const [kind, texts] of layers.toReversed()) {
    for (const range of texts.map(parseRange)) {
      painted.fill(kind, Number(range.first - first), Number(range.last - first) + 1);
    }
  }
  return (address) => painted[Number(address - first)] ?? 'free';
}

function ends(text: string): string[] {
  const { first, last } = parseRange(text);
  return [first, last].map(String);
}

/** By the rule of what a cell of many addresses shows, from its addresses one by one. */
function isRight(cell: Cell, kindOf: (address: bigint) => Kind): boolean {
  const counts = new Map<Kind, number>();
  for (let address = cell.first; address <= cell.last; address += 1n) {
    counts.set(kindOf(address), (counts.get(kindOf(address)) ?? 0) + 1);
  }
  const count = (kind: Kind) => counts.get(kind) ?? 0;
  const held = kinds.filter((kind) => isHeld(kind) && counts.has(kind));
  const most = Math.max(...(held.length > 0 ? held.map(count) : counts.values()));
  const shown = counts.has('mine') ? 'mine' : counts.has('ours') ? 'ours' : undefined;
  const fits =
    shown === undefined
      ? count(cell.kind) === most && (held.length === 0 || isHeld(cell.kind))
      : cell.kind === shown;
  const taken = held.reduce((sum, kind) => sum + count(kind), 0);
  const size = Number(cell.last - cell.first) + 1;
  return fits && cell.full === (taken === 0 ? 0 : taken / (size - count('reserved')));
}

import fc from 'fast-check';
import t from 'tap';
import { type Crowding, crowdingIn } from '../../../agent/claim/crowding.ts';
import type { Eni, Reservation } from '../../../agent/claim/facts.ts';
import type { Bounds, IpVersion } from '../../../agent/claim/free.ts';
import { formatAddress, parseAddress, parseRange } from '../../../agent/claim/range.ts';
import { eni, subnet } from '../facts.ts';

const block = '2600:1f18:0:4::';
const dual = subnet({ ipv6Cidrs: [`${block}/64`] });
const within = (...entries: string[]): Bounds => ({ within: entries, podRange: [] });
const podRange = (...entries: string[]): Bounds => ({ within: [], podRange: entries });
/** ENIs at these last numbers of 10.0.4.x. */
const at = (...hosts: number[]): Eni[] => hosts.map((host) => eni({ addresses: [`10.0.4.${host}`] }));
const between = (first: number, last: number): Eni[] =>
  at(...Array.from({ length: last - first + 1 }, (_, n) => first + n));
const upTo = (last: number): Eni[] => between(4, last);

interface Given {
  enis?: readonly Eni[];
  reservations?: readonly Reservation[];
  planned?: readonly string[];
  version?: IpVersion;
}

/** `4 of 60 free up to 10.0.4.63`, or `room`. */
function crowding(
  bounds: Bounds,
  { enis = [], reservations = [], planned = [], version = 'ipv4' }: Given,
): string {
  return inText(crowdingIn(dual, version, enis, reservations, bounds, planned.map(parseRange)));
}

function inText(found: Crowding | undefined): string {
  return found === undefined
    ? 'room'
    : `${found.free} of ${found.total} free up to ${formatAddress(found.end)}`;
}

t.test('how near workers are to the end of their part', async (t) => {
  /** 60 addresses: 4 to 63. */
  const part = within('10.0.4.0/26');
  const pods = podRange('10.0.4.64/26');
  const reservation = { subnetId: dual.id, cidr: '10.0.4.32/27', type: 'explicit' as const };
  const rows: [string, Bounds, Given, string][] = [
    ['an empty subnet', part, {}, 'room'],
    ['one worker', part, { enis: at(4) }, 'room'],
    ['seven are free', part, { enis: upTo(56) }, 'room'],
    ['six: a tenth', part, { enis: upTo(57) }, '6 of 60 free up to 10.0.4.63'],
    ['one of them is a hole lower', part, { enis: upTo(58).slice(1) }, '6 of 60 free up to 10.0.4.63'],
    ['one that is high up by itself', part, { enis: at(60) }, 'room'],
    ['of many, one at the very end', part, { enis: [...upTo(50), ...at(63)] }, 'room'],
    ['all held', part, { enis: upTo(63) }, '0 of 60 free up to 10.0.4.63'],
    [
      'one about to be claimed',
      part,
      { enis: upTo(56), planned: ['10.0.4.57'] },
      '6 of 60 free up to 10.0.4.63',
    ],
    ['what is held beyond it does not count', part, { enis: [...upTo(56), ...at(64, 70)] }, 'room'],
    [
      'another subnet',
      part,
      { enis: [...upTo(56), eni({ subnetId: 'subnet-22222222', addresses: ['10.0.4.63'] })] },
      'room',
    ],
    [
      'a secondary address counts',
      part,
      { enis: [...upTo(56), eni({ addresses: ['10.0.4.70', '10.0.4.63'] })] },
      '6 of 60 free up to 10.0.4.63',
    ],
    [
      'pods have all that is left',
      part,
      {
        enis: [
          ...at(4),
          eni({ addresses: ['10.0.4.200'], prefixes: ['10.0.4.0/28', '10.0.4.16/28', '10.0.4.32/27'] }),
        ],
      },
      '0 of 60 free up to 10.0.4.63',
    ],
    [
      'a reservation takes the end',
      part,
      { enis: upTo(29), reservations: [reservation] },
      '2 of 28 free up to 10.0.4.31',
    ],
    [
      'within, and podRange in it',
      { within: ['10.0.4.0/25'], podRange: ['10.0.4.64/26'] },
      { enis: upTo(58) },
      '5 of 60 free up to 10.0.4.63',
    ],
    ['podRange alone', pods, { enis: upTo(58) }, '5 of 60 free up to 10.0.4.63'],
    ['podRange alone, and a pod there', pods, { enis: at(4, 100) }, 'room'],
    [
      'podRange at the start',
      podRange('10.0.4.0/25'),
      { enis: between(128, 253) },
      '1 of 127 free up to 10.0.4.254',
    ],
    ['podRange at the start, and room', podRange('10.0.4.0/25'), { enis: at(254) }, 'room'],
    [
      'podRange of several parts, one at the start',
      podRange('10.0.4.0/26', '10.0.4.128/25'),
      { enis: between(64, 123) },
      '4 of 64 free up to 10.0.4.127',
    ],
    [
      'podRange of several parts: all before the last',
      podRange('10.0.4.64/26', '10.0.4.192/26'),
      { enis: [...upTo(63), ...between(128, 179)] },
      '12 of 124 free up to 10.0.4.191',
    ],
    [
      'the same, between the parts much is free',
      podRange('10.0.4.64/26', '10.0.4.192/26'),
      { enis: upTo(63) },
      'room',
    ],
    ['podRange is all', podRange('10.0.4.0/24'), {}, 'room'],
    ['podRange elsewhere', podRange('10.0.9.0/26'), { enis: upTo(254) }, 'room'],
    ['neither', within(), { enis: upTo(254) }, 'room'],
    ['within elsewhere', within('10.0.9.0/26'), { enis: upTo(254) }, 'room'],
    [
      'several entries are one part',
      within('10.0.4.100-10.0.4.109', '10.0.4.10-10.0.4.19'),
      { enis: [...between(10, 19), ...between(100, 107)] },
      '2 of 20 free up to 10.0.4.109',
    ],
    [
      'the gap between does not count',
      within('10.0.4.100-10.0.4.109', '10.0.4.10-10.0.4.19'),
      { enis: between(10, 99) },
      'room',
    ],
    ['of five the last', within('10.0.4.10-10.0.4.14'), { enis: between(10, 13) }, 'room'],
    ['none of five', within('10.0.4.10-10.0.4.14'), { enis: between(10, 14) }, '0 of 5 free up to 10.0.4.14'],
  ];
  for (const [what, bounds, given, expected] of rows) {
    t.equal(crowding(bounds, given), expected, what);
  }
});

t.test('the same in a /64', async (t) => {
  const worker = (ipv6Address: string) => eni({ addresses: ['10.0.4.63'], ipv6Addresses: [ipv6Address] });
  const workers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => worker(`${block}${(from + n).toString(16)}`));
  const version = 'ipv6' as const;
  const part = within(`${block}/122`);
  t.equal(crowding(part, { version }), 'room');
  t.equal(crowding(part, { version, enis: workers(0x3c, 0x3f) }), 'room');
  t.equal(crowding(part, { version, enis: workers(4, 0x39) }), `6 of 60 free up to ${block}3f`);
  t.equal(crowding(part, { version, enis: upTo(60) }), 'room', 'those of IPv4 are none of them');
  const upper = `${block.slice(0, -1)}8000::`;
  const [first, last] = ['2600:1f18:0:4:1000::', '2600:1f18:0:4:7fff:ffff:ffff:ffff'];
  t.equal(crowding(podRange(`${upper}/65`), { version, enis: workers(4, 99) }), 'room', 'half of a /64');
  t.equal(
    crowding(podRange(`${upper}/65`), { version, planned: [`${first}-${last}`] }),
    'room',
    'an eighth of it is left',
  );
  t.equal(
    crowding(podRange(`${upper}/65`), { version, planned: [`${block}4-2600:1f18:0:4:7fff:ffff:ffff:fffe`] }),
    `1 of ${2n ** 63n - 4n} free up to ${last}`,
    'by numbers beyond 2^53',
  );
});

t.test('two IPv6 CIDRs, the pods in the lower', async (t) => {
  const lower = '2600:1f18:0:3::';
  const both = subnet({ ipv6Cidrs: [`${block}/64`, `${lower}/64`] });
  const bounds = podRange(`${lower}1:0/112`);
  const told = (...planned: string[]) =>
    inText(crowdingIn(both, 'ipv6', [], [], bounds, planned.map(parseRange)));
  t.equal(told(`${lower}ffff-${lower}ffff`), 'room', 'one high up by itself');
  t.equal(told(`${block}4-${block}4`), 'room', 'one in the other');
  t.equal(told(`${lower}4-${lower}fffe`), `1 of 65532 free up to ${lower}ffff`);
});

const host = fc.nat(63);
const span = fc.tuple(host, host).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const world = fc.record({
  version: fc.constantFrom('ipv4' as const, 'ipv6' as const),
  enis: fc.array(fc.array(host, { minLength: 1, maxLength: 3 }), { maxLength: 100, size: 'max' }),
  prefixes: fc.array(fc.nat(3), { maxLength: 1 }),
  reservations: fc.array(fc.nat(15), { maxLength: 2 }),
  within: fc.array(span, { maxLength: 3 }),
  podRange: fc.array(span, { maxLength: 2 }),
  planned: fc.array(host, { maxLength: 2 }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** By walking the addresses of 10.0.4.0/26, or of the same in IPv6, one by one. */
function walk({ version, enis, prefixes, reservations, within, podRange, planned }: World): string {
  const isIn = (host: number) => (each: { first: number; last: number }) =>
    each.first <= host && host <= each.last;
  const blocks = (starts: readonly number[], size: number) =>
    starts.map((n) => ({ first: n * size, last: n * size + size - 1 }));
  const all = Array.from({ length: 64 }, (_, host) => host);
  const isPod = (host: number) => podRange.some(isIn(host));
  const isClaimable = (host: number) =>
    host > 3 && host !== 63 && !blocks(reservations, 4).some(isIn(host)) && !isPod(host);
  const lastPods = all.findLast((host) => isPod(host) && !isPod(host - 1));
  const before = all.filter((host) => isClaimable(host) && host < (lastPods ?? 0));
  const behind = all.filter((host) => isClaimable(host) && lastPods !== undefined);
  const part =
    within.length > 0
      ? all.filter((host) => isClaimable(host) && within.some(isIn(host)))
      : before.length > 0
        ? before
        : behind;
  if (part.length === 0) {
    return 'room';
  }
  const isHeld = (host: number) =>
    enis.flat().includes(host) || blocks(prefixes, 16).some(isIn(host)) || planned.includes(host);
  const free = part.filter((host) => !isHeld(host));
  return free.length > part.length / 10
    ? 'room'
    : `${free.length} of ${part.length} free up to ${name(version, part.at(-1) ?? 0)}`;
}

function name(version: IpVersion, host: number): string {
  return version === 'ipv4' ? `10.0.4.${host}` : formatAddress(parseAddress(block) + BigInt(host));
}

t.test('crowding agrees with a walk of the part', async (t) => {
  let told = 0;
  fc.assert(
    fc.property(world, (given) => {
      const { version } = given;
      const isIpv4 = version === 'ipv4';
      const length = isIpv4 ? 0 : 96;
      const small = isIpv4 ? subnet({ cidr: '10.0.4.0/26' }) : subnet({ ipv6Cidrs: [`${block}/122`] });
      const ranges = (spans: typeof given.within) =>
        spans.map(({ first, last }) => `${name(version, first)}-${name(version, last)}`);
      const addresses = (hosts: readonly number[]) => ({
        [isIpv4 ? 'addresses' : 'ipv6Addresses']: hosts.map((host) => name(version, host)),
      });
      const enis = [
        ...given.enis.map((hosts) => eni(addresses(hosts))),
        eni({ prefixes: given.prefixes.map((n) => `${name(version, n * 16)}/${28 + length}`) }),
      ];
      const reservations = given.reservations.map((n) => ({
        subnetId: small.id,
        cidr: `${name(version, n * 4)}/${30 + length}`,
        type: 'prefix' as const,
      }));
      const bounds = { within: ranges(given.within), podRange: ranges(given.podRange) };
      const planned = given.planned.map((host) => parseRange(name(version, host)));
      const found = crowdingIn(small, version, enis, reservations, bounds, planned);
      told += Number(found !== undefined);
      return inText(found) === walk(given);
    }),
    { numRuns: 2000 },
  );
  t.ok(told > 200 && told < 1800, `${told} of 2000 told something`);
});

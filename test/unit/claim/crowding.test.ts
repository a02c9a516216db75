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
const upTo = (last: number): Eni[] => at(...Array.from({ length: last - 3 }, (_, n) => n + 4));

interface Given {
  enis?: readonly Eni[];
  reservations?: readonly Reservation[];
  planned?: readonly string[];
  version?: IpVersion;
}

/** `10.0.4.59: 4 before 10.0.4.63, 4 of 60 free`, or `room`. */
function crowding(
  bounds: Bounds,
  { enis = [], reservations = [], planned = [], version = 'ipv4' }: Given,
): string {
  const ranges = planned.map(parseRange);
  const found = crowdingIn(dual, version, enis, reservations, bounds, ranges);
  return inText(found);
}

function inText(found: Crowding | undefined): string {
  if (found === undefined) {
    return 'room';
  }
  const { address, isFree, left, free, total, end } = found;
  const where = address === undefined ? 'none' : `${isFree ? 'next ' : ''}${formatAddress(address)}`;
  return `${where}: ${left} before ${formatAddress(end)}, ${free} of ${total} free`;
}

t.test('how near workers are to the end of their part', async (t) => {
  /** 60 addresses: 4 to 63. Their last tenth is 58 to 63. */
  const part = within('10.0.4.0/26');
  const pods = podRange('10.0.4.64/26');
  const reservation = { subnetId: dual.id, cidr: '10.0.4.32/27', type: 'explicit' as const };
  const rows: [string, Bounds, Given, string][] = [
    ['an empty subnet', part, {}, 'room'],
    ['one worker', part, { enis: at(4) }, 'room'],
    ['just before the last tenth', part, { enis: upTo(56) }, 'room'],
    ['the next would be in it', part, { enis: upTo(57) }, 'next 10.0.4.58: 5 before 10.0.4.63, 6 of 60 free'],
    ['a hole lower', part, { enis: upTo(57).slice(1) }, 'room'],
    ['the first in it', part, { enis: upTo(58) }, '10.0.4.58: 5 before 10.0.4.63, 5 of 60 free'],
    ['one that is high up by itself', part, { enis: at(63) }, '10.0.4.63: 0 before 10.0.4.63, 59 of 60 free'],
    ['all held', part, { enis: upTo(63) }, '10.0.4.63: 0 before 10.0.4.63, 0 of 60 free'],
    [
      'one about to be claimed',
      part,
      { enis: upTo(57), planned: ['10.0.4.58'] },
      '10.0.4.58: 5 before 10.0.4.63, 5 of 60 free',
    ],
    ['one beyond it', part, { enis: at(64, 70) }, 'room'],
    [
      'another subnet',
      part,
      { enis: [eni({ subnetId: 'subnet-22222222', addresses: ['10.0.4.63'] })] },
      'room',
    ],
    [
      'a secondary address is a pod’s',
      part,
      { enis: [eni({ addresses: ['10.0.4.70', '10.0.4.63'] })] },
      'room',
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
      'none: 0 before 10.0.4.63, 0 of 60 free',
    ],
    [
      'a reservation takes the end',
      part,
      { enis: upTo(28), reservations: [reservation] },
      'next 10.0.4.29: 2 before 10.0.4.31, 3 of 28 free',
    ],
    [
      'within, and podRange in it',
      { within: ['10.0.4.0/25'], podRange: ['10.0.4.64/26'] },
      { enis: upTo(58) },
      '10.0.4.58: 5 before 10.0.4.63, 5 of 60 free',
    ],
    ['podRange alone', pods, { enis: upTo(58) }, '10.0.4.58: 5 before 10.0.4.63, 5 of 60 free'],
    ['podRange alone, and a pod there', pods, { enis: at(4, 100) }, 'room'],
    ['podRange at the start', podRange('10.0.4.0/26'), { enis: at(254) }, 'room'],
    ['podRange elsewhere', podRange('10.0.9.0/26'), { enis: upTo(254) }, 'room'],
    ['neither', within(), { enis: upTo(254) }, 'room'],
    ['within elsewhere', within('10.0.9.0/26'), { enis: upTo(254) }, 'room'],
    [
      'several entries are one part, in order',
      within('10.0.4.100-10.0.4.109', '10.0.4.10-10.0.4.19'),
      { enis: at(...Array.from({ length: 10 }, (_, n) => n + 10), 108) },
      '10.0.4.108: 1 before 10.0.4.109, 9 of 20 free',
    ],
    [
      'the gap between does not count',
      within('10.0.4.100-10.0.4.109', '10.0.4.10-10.0.4.19'),
      { enis: at(19, 50, 107) },
      'room',
    ],
    ['a part of five', within('10.0.4.10-10.0.4.14'), { enis: at(10, 11, 12) }, 'room'],
    [
      'its last',
      within('10.0.4.10-10.0.4.14'),
      { enis: at(10, 11, 12, 13) },
      'next 10.0.4.14: 0 before 10.0.4.14, 1 of 5 free',
    ],
  ];
  for (const [what, bounds, given, expected] of rows) {
    t.equal(crowding(bounds, given), expected, what);
  }
});

t.test('the same in a /64', async (t) => {
  const worker = (...ipv6Addresses: string[]) => eni({ addresses: ['10.0.4.63'], ipv6Addresses });
  const version = 'ipv6' as const;
  const part = within(`${block}/122`);
  t.equal(crowding(part, { version }), 'room');
  t.equal(
    crowding(part, { version, enis: [worker(`${block}3c`)] }),
    `${block}3c: 3 before ${block}3f, 59 of 60 free`,
    'by its own addresses, not those of IPv4',
  );
  t.equal(
    crowding(part, { version, enis: [worker(`${block}3c`, `${block}4`)] }),
    'room',
    'of several on one ENI the lowest is the worker’s',
  );
  t.equal(
    crowding(
      { within: [`${block}100/120`], podRange: [] },
      { version, enis: [worker(`${block}5`, `${block}1ff`)] },
    ),
    `${block}1ff: 0 before ${block}1ff, 255 of 256 free`,
    'those outside the part are none',
  );
  const half = `${block.slice(0, -1)}8000::`;
  t.equal(
    crowding(podRange(`${half}/65`), { version, enis: [worker(`${block}4`)] }),
    'room',
    'half of a /64',
  );
  const nearHalf = '2600:1f18:0:4:7fff:ffff:ffff:fffe';
  t.match(
    crowding(podRange(`${half}/65`), { version, enis: [worker(nearHalf)] }),
    new RegExp(`^${nearHalf}: 1 before 2600:1f18:0:4:7fff:ffff:ffff:ffff, ${2n ** 63n - 5n} of `),
    'by numbers beyond 2^53',
  );
});

const host = fc.nat(63);
const span = fc.tuple(host, host).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const world = fc.record({
  version: fc.constantFrom('ipv4' as const, 'ipv6' as const),
  enis: fc.array(fc.array(host, { minLength: 1, maxLength: 3 }), { maxLength: 50, size: 'max' }),
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
  const firstPod = Math.min(...podRange.map(({ first }) => first));
  const isPart = (host: number) =>
    host > 3 &&
    host !== 63 &&
    !blocks(reservations, 4).some(isIn(host)) &&
    !podRange.some(isIn(host)) &&
    (within.length > 0 ? within.some(isIn(host)) : Number.isFinite(firstPod) && host < firstPod);
  const part = Array.from({ length: 64 }, (_, host) => host).filter(isPart);
  if (part.length === 0) {
    return 'room';
  }
  const workers = enis.flatMap((hosts) =>
    version === 'ipv4'
      ? hosts.slice(0, 1)
      : hosts
          .filter(isPart)
          .sort((a, b) => a - b)
          .slice(0, 1),
  );
  const isHeld = (host: number) =>
    enis.flat().includes(host) || blocks(prefixes, 16).some(isIn(host)) || planned.includes(host);
  const free = part.filter((host) => !isHeld(host));
  const tail = part.slice(-Math.ceil(part.length / 10));
  const highest = part.filter((host) => workers.includes(host) || planned.includes(host)).at(-1);
  const near = [highest, free[0]].find((host) => host !== undefined && tail.includes(host));
  const [next] = free;
  if (near === undefined && next !== undefined) {
    return 'room';
  }
  const told = near === undefined ? 'none' : `${near === highest ? '' : 'next '}${name(version, near)}`;
  const left = near === undefined ? 0 : part.length - 1 - part.indexOf(near);
  return `${told}: ${left} before ${name(version, part.at(-1) ?? 0)}, ${free.length} of ${part.length} free`;
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

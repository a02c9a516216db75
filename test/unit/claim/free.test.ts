import fc from 'fast-check';
import t from 'tap';
import { choose } from '../../../agent/claim/candidates.ts';
import { freeRanges } from '../../../agent/claim/free.ts';
import { formatAddress, parseAddress, parseRange, type Range } from '../../../agent/claim/range.ts';
import { eni, subnet } from '../facts.ts';

const formatRange = ({ first, last }: Range) => [...new Set([first, last])].map(formatAddress).join('-');
const anywhere = { within: [], podRange: [] };
const free = (
  ...[bounds, enis, reservations]: [
    typeof anywhere | { within: string[]; podRange: string[] },
    Parameters<typeof freeRanges>[2]?,
    Parameters<typeof freeRanges>[3]?,
  ]
) => freeRanges(subnet({}), 'ipv4', enis ?? [], reservations ?? [], bounds).map(formatRange);

t.test('what is free', async (t) => {
  t.strictSame(free(anywhere), ['10.0.4.4-10.0.4.254'], 'the first four and the last are reserved');
  t.strictSame(
    free(anywhere, [eni({ addresses: ['10.0.4.4', '10.0.4.6'] })]),
    ['10.0.4.5', '10.0.4.7-10.0.4.254'],
    'secondary addresses are held too',
  );
  t.strictSame(
    free(anywhere, [eni({ addresses: ['10.0.4.40'], prefixes: ['10.0.4.16/28'] })]),
    ['10.0.4.4-10.0.4.15', '10.0.4.32-10.0.4.39', '10.0.4.41-10.0.4.254'],
    'delegated prefixes are held',
  );
  t.strictSame(
    free(anywhere, [eni({ subnetId: 'subnet-22222222', addresses: ['10.0.4.4'] })]),
    ['10.0.4.4-10.0.4.254'],
    'ENIs of another subnet do not count, even at the same address',
  );
  const reservation = { subnetId: subnet({}).id, cidr: '10.0.4.0/28' };
  for (const type of ['explicit', 'prefix'] as const) {
    t.strictSame(
      free(anywhere, [], [{ ...reservation, type }]),
      ['10.0.4.16-10.0.4.254'],
      `${type} reservation`,
    );
  }
  t.strictSame(
    free({
      within: ['10.0.4.0/26', '10.0.5.0/26', '10.0.4.100-10.0.4.101'],
      podRange: ['10.0.4.60-10.0.4.100'],
    }),
    ['10.0.4.4-10.0.4.59', '10.0.4.101'],
    'inside within, outside podRange',
  );
  t.strictSame(free({ within: ['10.0.5.0/24'], podRange: [] }), [], 'within elsewhere');
});

t.test('the lowest free address, by an oracle that walks', async () => {
  const host = fc.integer({ min: 0, max: 255 });
  const block = fc
    .tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(28))
    .map(([n]) => `10.0.4.${n * 16}/28`);
  const range = fc.tuple(host, host).map(([a, b]) => `10.0.4.${Math.min(a, b)}-10.0.4.${Math.max(a, b)}`);
  fc.assert(
    fc.property(
      fc.array(host, { maxLength: 100 }),
      fc.array(block, { maxLength: 6 }),
      fc.array(block, { maxLength: 3 }),
      fc.array(range, { maxLength: 2 }),
      fc.array(range, { maxLength: 1 }),
      (hosts, prefixes, reserved, within, podRange) => {
        const enis = [eni({ addresses: hosts.map((each) => `10.0.4.${each}`), prefixes })];
        const reservations = reserved.map((cidr) => ({
          subnetId: subnet({}).id,
          cidr,
          type: 'explicit' as const,
        }));
        const found = freeRanges(subnet({}), 'ipv4', enis, reservations, { within, podRange });
        const lowest = choose(found, 0, 0, Math.random);
        return (lowest === undefined ? undefined : formatAddress(lowest)) === walk();

        function walk(): string | undefined {
          const isIn = (host: number, text: string) => {
            const { first, last } = parseRange(text);
            const address = parseAddress(`10.0.4.${host}`);
            return first <= address && address <= last;
          };
          for (let candidate = 4; candidate < 255; candidate += 1) {
            const isTaken =
              hosts.includes(candidate) ||
              [...prefixes, ...reserved, ...podRange].some((each) => isIn(candidate, each)) ||
              (within.length > 0 && !within.some((each) => isIn(candidate, each)));
            if (!isTaken) {
              return `10.0.4.${candidate}`;
            }
          }
          return undefined;
        }
      },
    ),
    { numRuns: 500 },
  );
});

t.test('the window widens with collisions, and never past what is free', async (t) => {
  const free = [parseRange('10.0.4.4-10.0.4.7'), parseRange('10.0.4.20-10.0.4.254')];
  const last = (collisions: number) => choose(free, 0, collisions, () => 0.999999);
  t.equal(last(0), parseAddress('10.0.4.4'));
  t.equal(last(1), parseAddress('10.0.4.5'));
  t.equal(last(3), parseAddress('10.0.4.23'));
  t.equal(last(60), parseAddress('10.0.4.205'), 'at most as far as one query can ask about');
  t.equal(choose([], 0, 3, Math.random), undefined);
});

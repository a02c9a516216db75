import fc from 'fast-check';
import t from 'tap';
import { ApiError } from './model/api-error.ts';
import { deleteEni } from './model/enis.ts';
import { contains, ipv6, parseCidr, type Range } from './model/ip.ts';
import { assignIpv6, unassignIpv6 } from './model/ipv6-addresses.ts';
import { createEni } from './model/new-eni.ts';
import { World } from './model/world.ts';
import { VirtualClock } from './virtual-clock.ts';

const block = '2600:1f18:0:600';
/** In a few prefixes, so that addresses and prefixes meet. */
const address = fc
  .tuple(fc.nat({ max: 2 }), fc.integer({ min: 2, max: 7 }))
  .map(([prefix, last]) => `${block}:${prefix}:0:0:${last}`);
const prefix = fc.nat({ max: 2 }).map((each) => `${block}:${each}::/80`);
const request = fc.record({
  addresses: fc.array(address, { maxLength: 2 }),
  count: fc.nat({ max: 2 }),
  prefixes: fc.array(prefix, { maxLength: 1 }),
  prefixCount: fc.nat({ max: 1 }),
});
const which = fc.nat({ max: 7 });
const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), request }),
  fc.record({ do: fc.constant('assign' as const), eni: which, request }),
  fc.record({ do: fc.constant('unassign' as const), eni: which }),
  fc.record({ do: fc.constant('delete' as const), eni: which }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(world: World, step: Step): void {
  if (step.do === 'create') {
    const { addresses, count, prefixes, prefixCount } = step.request;
    const subnetId = [...world.subnets.keys()][0] ?? '';
    createEni(world, {
      subnetId,
      ipv6Addresses: addresses,
      ipv6AddressCount: count,
      ipv6Prefixes: prefixes,
      ipv6PrefixCount: prefixCount,
    });
    return;
  }
  const eni = world.enis[step.eni];
  if (eni === undefined) {
    return;
  }
  if (step.do === 'assign') {
    world.store.setEni(assignIpv6(world, eni, step.request));
  } else if (step.do === 'unassign') {
    const named = { addresses: eni.ipv6Addresses.slice(1), prefixes: eni.ipv6Prefixes };
    world.store.setEni(unassignIpv6(world, eni, named).eni);
  } else {
    deleteEni(world, eni.id);
  }
}

/** Every address that a step may name. */
const universe = [0, 1, 2].flatMap((prefix) =>
  [2, 3, 4, 5, 6, 7].map((last) => {
    const text = `${block}:${prefix}:0:0:${last}`;
    return { text, address: ipv6.parse(text) ?? 0n };
  }),
);

function rangesOf(texts: readonly string[]): Range[] {
  return texts.flatMap((text) => parseCidr(text.includes('/') ? text : `${text}/128`, ipv6) ?? []);
}

t.test('no IPv6 address ever has two owners, and none is forgotten', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), fc.integer(), (steps, seed) => {
      const world = new World({ clock: new VirtualClock(), seed });
      const vpc = world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: `${block}::/56` });
      const subnet = { vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'us-east-1a' };
      const { pool, ipv6Pool } = world.addSubnet({ ...subnet, ipv6Cidrs: [`${block}::/64`] });
      for (const each of steps) {
        try {
          perform(world, each);
        } catch (error) {
          if (!(error instanceof ApiError)) {
            throw error;
          }
        }
        const held = world.enis.flatMap(({ id, ipv6Addresses, ipv6Prefixes }) =>
          rangesOf([...ipv6Addresses, ...ipv6Prefixes]).map((range) => ({ id, range })),
        );
        held.sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
        if (held.some(({ range }, n) => n > 0 && range.first <= (held[n - 1]?.range.last ?? 0n))) {
          throw new Error('an address twice');
        }
        if (pool.available !== 256 - 5 - world.enis.length) {
          throw new Error('the count of IPv4 addresses is wrong');
        }
        for (const { text, address } of universe) {
          const owner = held.find(({ range }) => contains(range, address))?.id;
          if (ipv6Pool.ownerOf(text) !== owner) {
            throw new Error(`${text} is ${owner}'s, not ${ipv6Pool.ownerOf(text)}'s`);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
  t.pass('300 random histories');
});

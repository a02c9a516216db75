import fc from 'fast-check';
import t from 'tap';
import { assignAddresses, unassignAddresses } from './model/addresses.ts';
import { ApiError } from './model/api-error.ts';
import { deleteEni } from './model/enis.ts';
import { createEni } from './model/new-eni.ts';
import { createEniOnce } from './model/tokens.ts';
import { World } from './model/world.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Few enough to collide often, and any other now and then. */
const address = fc
  .oneof({ arbitrary: fc.integer({ min: 3, max: 12 }), weight: 4 }, fc.integer({ min: 0, max: 63 }))
  .map((last) => `10.0.0.${last}`);
const which = fc.nat({ max: 7 });

const step = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    address: fc.option(address, { nil: undefined }),
    secondary: fc.array(address, { maxLength: 2 }),
    secondaryCount: fc.constantFrom(0, 0, 0, 0, 40),
  }),
  fc.record({ do: fc.constant('createOnce' as const), address, token: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('prefix' as const), eni: which }),
  fc.record({
    do: fc.constant('assign' as const),
    eni: which,
    addresses: fc.array(address, { maxLength: 3 }),
    count: fc.nat({ max: 2 }),
    allowReassignment: fc.boolean(),
  }),
  fc.record({ do: fc.constant('unassign' as const), eni: which, last: fc.boolean() }),
  fc.record({ do: fc.constant('delete' as const), eni: which }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(world: World, step: Step): void {
  if (step.do === 'create') {
    const { address, secondary, secondaryCount } = step;
    createEni(world, { subnetId: subnetId(world), address, secondary, secondaryCount });
    return;
  }
  if (step.do === 'createOnce') {
    createEniOnce(world, step.token, { subnetId: subnetId(world), address: step.address });
    return;
  }
  const eni = world.enis[step.eni];
  if (eni === undefined) {
    return;
  }
  const assignment = { addresses: [], count: 0, prefixes: [], prefixCount: 0, allowReassignment: false };
  if (step.do === 'prefix') {
    world.store.setEni(assignAddresses(world, eni, { ...assignment, prefixCount: 1 }));
  } else if (step.do === 'assign') {
    const { addresses, count, allowReassignment } = step;
    world.store.setEni(assignAddresses(world, eni, { ...assignment, addresses, count, allowReassignment }));
  } else if (step.do === 'unassign') {
    const given = step.last ? eni.addresses.slice(-1) : eni.addresses.slice(1);
    world.store.setEni(unassignAddresses(world, eni, given, eni.prefixes));
  } else {
    deleteEni(world, eni.id);
  }
}

function subnetId(world: World): string {
  return [...world.subnets.keys()][0] ?? '';
}

function lastOctets(prefix: string): number[] {
  const first = Number(/(\d+)\/28$/.exec(prefix)?.[1]);
  return Array.from({ length: 16 }, (_, n) => first + n);
}

t.test('no address ever has two owners, and none is forgotten', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), fc.integer(), (steps, seed) => {
      const world = new World({ clock: new VirtualClock(), seed });
      const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
      const subnet = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/26', zone: 'us-east-1a' });
      for (const each of steps) {
        try {
          perform(world, each);
        } catch (error) {
          if (!(error instanceof ApiError)) {
            throw error;
          }
        }
        const held = world.enis.flatMap((eni) => [
          ...eni.addresses.map((text) => Number(text.split('.')[3])),
          ...eni.prefixes.flatMap(lastOctets),
        ]);
        if (new Set(held).size !== held.length) {
          throw new Error(`an address twice: ${held.join(' ')}`);
        }
        if (held.some((last) => last < 4 || last === 63)) {
          throw new Error('a reserved address has an owner');
        }
        if (subnet.pool.available !== 64 - 5 - held.length) {
          throw new Error('the count is wrong');
        }
        for (const eni of world.enis) {
          for (const text of eni.addresses) {
            if (subnet.pool.ownerOf(text) !== eni.id) {
              throw new Error(`${text} is not its ENI's`);
            }
          }
        }
      }
    }),
    { numRuns: 500 },
  );
  t.pass('500 random histories');
});

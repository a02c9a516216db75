/** What `sweep` takes for a leftover. */
import fc from 'fast-check';
import t from 'tap';
import { confirmed, instancesOf, leftovers } from '../../../agent/commands/sweep/leftover.ts';
import { leftoverTable } from '../../../agent/commands/sweep/table.ts';
import { attached, claimedTags, eni, instanceId, made, ownTags } from '../facts.ts';

const own = 'i-00000000000000001';

t.test('states of instances', async (t) => {
  const states: [string | undefined, boolean][] = [
    [undefined, true],
    ['terminated', true],
    ['shutting-down', false],
    ['stopping', false],
    ['stopped', false],
    ['pending', false],
    ['running', false],
    ['a state of the future', false],
  ];
  for (const [state, isDead] of states) {
    const known = state === undefined ? [] : [{ instanceId, state }];
    const enis = [eni({ tags: ownTags('eth1') }), made({ tags: claimedTags('eth1') })];
    t.same(
      leftovers(enis, known, own).map(({ remedy }) => remedy),
      isDead ? ['delete', 'untag'] : [],
      state ?? 'not known',
    );
  }
});

t.test('what is never a leftover', async (t) => {
  const never = [
    attached(1, { tags: ownTags('eth1') }),
    eni({ status: 'pending', tags: ownTags('eth1') }),
    eni({ tags: { ...ownTags('eth1'), 'multus-bootstrap.io/created': 'false' } }),
    eni({ tags: { ...ownTags('eth1'), 'multus-bootstrap.io/instance-id': own } }),
    eni({}),
  ];
  t.same(leftovers(never, [], own), []);
});

t.test('what an untagging that ended half-way has left', async (t) => {
  const { 'multus-bootstrap.io/instance-id': _, ...remains } = claimedTags('eth1');
  const half = made({ tags: remains });
  const expected = [{ eni: half, instanceId: undefined, state: 'untagged in part', remedy: 'untag' }];
  t.same(leftovers([half], [], own), expected);
  t.same(instancesOf([half]), [], 'there is no instance to ask for');
  t.same(leftovers([attached(1, { tags: remains })], [], own), [], 'not while it is attached');
  t.same(confirmed(leftovers([half], [], own), leftovers([half], [], own)), expected);
  const claimed = { ...half, tags: claimedTags('eth1') };
  t.same(confirmed(leftovers([half], [], own), leftovers([claimed], [], own)), []);
});

t.test('an ENI with both tags is one that we made', async (t) => {
  const both = eni({ tags: { ...claimedTags('eth1'), ...ownTags('eth1') } });
  t.match(leftovers([both], [], own), [{ remedy: 'delete' }]);
});

t.test('no text but an instance id is a reason', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'i-0af9gx*?\n ') }), (text) => {
      const tags = { ...ownTags('eth1'), 'multus-bootstrap.io/instance-id': text };
      const isId = /^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(text) && !text.includes('\n');
      return leftovers([eni({ tags })], [], own).length === (isId ? 1 : 0);
    }),
  );
  t.same(instancesOf([eni({ tags: ownTags('a') }), eni({ tags: ownTags('b') }), eni({})]), [instanceId]);
});

t.test('both looks must agree on the ENI and its instance', async (t) => {
  const same = eni({ tags: ownTags('eth1') });
  const moved = eni({ tags: ownTags('eth1') });
  const other = { ...moved, tags: { ...moved.tags, 'multus-bootstrap.io/instance-id': 'i-0000abcd' } };
  const late = eni({ tags: ownTags('eth1') });
  const first = leftovers([same, moved], [], own);
  const second = leftovers([same, other, late], [{ instanceId, state: 'terminated' }], own);
  t.match(confirmed(first, second), [{ eni: { id: same.id }, state: 'terminated' }]);
  t.same(confirmed(first, []), []);
});

t.test('the table', async (t) => {
  const enis = [
    eni({
      addresses: ['10.0.4.4', '10.0.4.9'],
      tags: { ...ownTags('eth1'), 'multus-bootstrap.io/cluster': 'demo' },
    }),
    made({ addresses: [], ipv6Addresses: ['2600::4'], tags: claimedTags('eth1') }),
  ];
  const [title, ...rows] = leftoverTable(leftovers(enis, [], own), new Date(Date.UTC(2026, 0, 2))).split(
    '\n',
  );
  t.same(title?.split(/ {2,}/), [
    'ENI',
    'ADDRESS',
    'SUBNET',
    'INSTANCE',
    'STATE',
    'SEEN SINCE',
    'CLUSTER',
    'REMEDY',
  ]);
  t.same(
    rows.map((row) => row.split(/ {2,}/).slice(1)),
    [
      ['10.0.4.4', 'subnet-11111111', instanceId, 'unknown to EC2', '2026-01-02T00:00:00Z', 'demo', 'delete'],
      ['2600::4', 'subnet-77777777', instanceId, 'unknown to EC2', '2026-01-02T00:00:00Z', '-', 'untag'],
      [],
    ],
  );
});

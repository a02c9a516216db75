/** What `release` finds to take back. */
import t from 'tap';
import { elsewhere, type Left, leftOf, type Seen } from '../../../agent/commands/release/left.ts';
import type { StoredIntent } from '../../../agent/host/port.ts';
import { attached, claimedTags, eni, instanceId, made, ownTags } from '../facts.ts';

const primary = attached(0, { mac: '0a:ff:00:00:00:01', tags: ownTags('eth1') });

function seen(given: Partial<Seen>): Seen {
  return {
    instance: {
      instanceId,
      zone: 'eu-west-1a',
      region: 'eu-west-1',
      vpcId: 'vpc-11111111',
      primaryMac: primary.mac,
    },
    intents: [],
    linkNames: [],
    ...given,
    enis: [primary, ...(given.enis ?? [])],
  };
}

function create(given: { interface?: string; eniId?: string; ageMs?: number } = {}) {
  return {
    kind: 'create',
    instanceId,
    interface: 'eth1',
    subnetId: 'subnet-11111111',
    securityGroups: [],
    description: '',
    tags: {},
    nonce: 'n',
    ageMs: 1_000,
    ...given,
  } satisfies StoredIntent;
}

function claim(eniId: string, ageMs = 1_000) {
  return {
    kind: 'claim',
    instanceId,
    interface: 'eth1',
    eniId,
    mac: '0a:00:00:00:00:09',
    ageMs,
  } satisfies StoredIntent;
}

/** By names and ids, as a test can write it. */
function told(left: readonly Left[]): object[] {
  return left.map(({ name, created, claimed, open, unsure, hasIntent, hasLinkFiles }) => ({
    name,
    ...(created.length > 0 ? { created: created.map(({ id }) => id) } : {}),
    ...(claimed.length > 0 ? { claimed: claimed.map(({ id }) => id) } : {}),
    ...(open === undefined ? {} : { open: open.interface }),
    ...(unsure === undefined ? {} : { unsure: unsure.eniId }),
    files: [...(hasIntent ? ['intent'] : []), ...(hasLinkFiles ? ['links'] : [])].join(' '),
  }));
}

const own = attached(1, { tags: ownTags('eth1') });
const surplus = eni({ tags: ownTags('eth1') });
const claimed = attached(2, { tags: claimedTags('eth2') });
const detached = made({ tags: claimedTags('eth2') });
const unnamed = attached(3);
const { 'multus-bootstrap.io/instance-id': _, ...remains } = claimedTags('eth2');
const half = attached(3, { tags: remains });
const free = made();
const others = made({ tags: claimedTags('eth1', 'i-00000000000000009') });

const cases: [string, Partial<Seen>, object[]][] = [
  ['nothing but the primary ENI, whatever its tags say', {}, []],
  [
    'ENIs by their tags, attached or not',
    { enis: [own, surplus, claimed] },
    [
      { name: 'eth1', created: [own.id, surplus.id], files: '' },
      { name: 'eth2', claimed: [claimed.id], files: '' },
    ],
  ],
  [
    'a claimed ENI that is detached already',
    { enis: [detached] },
    [{ name: 'eth2', claimed: [detached.id], files: '' }],
  ],
  [
    'an attached ENI that its claim alone names',
    { enis: [unnamed], intents: [claim(unnamed.id)] },
    [{ name: 'eth1', claimed: [unnamed.id], files: 'intent' }],
  ],
  ['an attached ENI that nothing names', { enis: [unnamed] }, []],
  [
    'an attached ENI whose untagging ended half-way',
    { enis: [half] },
    [{ name: 'eth2', claimed: [half.id], files: '' }],
  ],
  ['one that is not attached is for sweep', { enis: [made({ tags: remains })] }, []],
  [
    'a claim whose attach may not be shown yet',
    { enis: [free], intents: [claim(free.id)] },
    [{ name: 'eth1', unsure: free.id, files: 'intent' }],
  ],
  [
    'a claim whose attach would be shown by now',
    { enis: [free], intents: [claim(free.id, 30_000)] },
    [{ name: 'eth1', files: 'intent' }],
  ],
  [
    'a claim that another node has won, or whose ENI is gone',
    { enis: [others], intents: [claim(others.id, 30_000)] },
    [{ name: 'eth1', files: 'intent' }],
  ],
  [
    'a create that no listing shows',
    { intents: [create()] },
    [{ name: 'eth1', open: 'eth1', files: 'intent' }],
  ],
  [
    'a create whose ENI is shown',
    { enis: [own], intents: [create({ eniId: own.id })] },
    [{ name: 'eth1', created: [own.id], files: 'intent' }],
  ],
  [
    'a create whose ENI has been gone for long',
    { intents: [create({ eniId: 'eni-0000dead', ageMs: 500_000 })] },
    [{ name: 'eth1', files: 'intent' }],
  ],
  ['link files alone', { linkNames: ['eth7'] }, [{ name: 'eth7', files: 'links' }]],
];

for (const [what, given, expected] of cases) {
  t.test(what, async (t) => {
    t.same(told(leftOf(seen(given))), expected);
  });
}

t.test('ENIs that someone has attached elsewhere', async (t) => {
  const attachment = { ...attached(1).attachment, instanceId: 'i-00000000000000009' };
  const moved = { ...own, attachment: own.attachment && { ...own.attachment, ...attachment } };
  t.same(leftOf(seen({ enis: [moved] })), []);
  t.same(elsewhere(seen({ enis: [moved, surplus] })), [moved]);
});

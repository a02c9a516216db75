import t from 'tap';
import type { Eni } from '../../../agent/claim/facts.ts';
import type { ExistingInterface, InterfaceConfig } from '../../../agent/config/model.ts';
import type { Observation } from '../../../agent/plan/observation.ts';
import {
  attached,
  claimedTags,
  existingInterface,
  interfaceConfig,
  limits,
  made,
  observation,
  ownTags,
} from '../facts.ts';
import { attachment, planFor, primary, sourcesOf, writes } from './planning.ts';

const one = made();
const two = made();
const eth1 = existingInterface();
const eth2 = existingInterface({ name: 'eth2' });
const plan = (
  interfaces: readonly InterfaceConfig[],
  enis: readonly Eni[],
  given: Partial<Observation> = {},
) => planFor(interfaces, { subnets: [], enis: [primary, ...enis], ...given });
const withNoManage = { multus: 'true', 'node.k8s.amazonaws.com/no_manage': 'true' };
const claimOf = (eni: Eni, name: string) => ({ interface: name, eniId: eni.id, mac: eni.mac });
/** What is to be claimed, and what was claimed before, by interface. */
const claims = (...[interfaces, enis, given]: Parameters<typeof plan>) =>
  plan(interfaces, enis, given).interfaces.map(({ source }) =>
    source.kind === 'claim'
      ? { available: source.available.map(({ id }) => id), own: source.own?.id }
      : source.kind,
  );

t.test('which ENIs are there to be claimed', async (t) => {
  const id = made().id;
  const rows: [string, Partial<Eni>, boolean][] = [
    ['one with the tags', {}, true],
    ['one with more tags', { tags: { multus: 'true', team: 'core' } }, true],
    ['another value', { tags: { multus: 'false' } }, false],
    ['no such tag', { tags: {} }, false],
    ['another zone', { zone: 'eu-west-1b' }, false],
    ['another VPC', { vpcId: 'vpc-22222222' }, false],
    ['pending still', { status: 'pending' }, false],
    ['in use', { status: 'in-use' }, false],
    ['tagged for another instance, which has let it go', { tags: claimedTags('eth1', 'i-00000000') }, true],
    ['made by us on another instance', { tags: { ...ownTags('eth1'), multus: 'true' } }, false],
    [
      'made by us on this instance',
      { tags: { ...ownTags('eth1'), multus: 'true', 'multus-bootstrap.io/existing': 'true' } },
      false,
    ],
    [
      'made by the VPC CNI',
      { tags: { multus: 'true', 'node.k8s.amazonaws.com/instance_id': 'i-00000000' } },
      false,
    ],
    ['attached by a service of AWS', { attachment: attachment({ instanceId: undefined }) }, false],
    ['attached elsewhere', { attachment: attachment({ instanceId: 'i-00000000' }) }, false],
    ['on its way out of here', { attachment: attachment({ status: 'detaching' }) }, false],
  ];
  for (const [what, given, isSelected] of rows) {
    const [source] = claims([eth1], [made({ id, ...given })]);
    t.strictSame(source, { available: isSelected ? [id] : [], own: undefined }, what);
  }
});

t.test('the writes of a claim', async (t) => {
  const claim = {
    'multus-bootstrap.io/instance-id': 'i-0123456789abcdef0',
    'multus-bootstrap.io/interface': 'eth1',
    'multus-bootstrap.io/cluster': 'demo',
    'multus-bootstrap.io/existing': 'true',
  };
  t.strictSame(
    writes(plan([eth1], [one]), 'demo'),
    [
      {
        action: 'CreateTags',
        interface: 'eth1',
        tags: { 'node.k8s.amazonaws.com/no_manage': 'true' },
      },
      { action: 'AttachNetworkInterface', interface: 'eth1', deviceIndex: 1, networkCard: 0 },
      { action: 'CreateTags', interface: 'eth1', tags: claim },
    ],
    'attributes are left alone',
  );
  const unmanaged = made({ tags: { multus: 'true', 'node.k8s.amazonaws.com/no_manage': 'true' } });
  const asked = existingInterface({ deleteOnTermination: true, sourceDestCheck: false });
  t.strictSame(
    writes(plan([asked], [unmanaged])).map(({ action }) => action),
    [
      'AttachNetworkInterface',
      'CreateTags',
      'ModifyNetworkInterfaceAttribute',
      'ModifyNetworkInterfaceAttribute',
    ],
    'unless the configuration asks for them; no_manage only where it is missing',
  );
  const checked = existingInterface({ sourceDestCheck: true });
  const modifies = (config: ExistingInterface, ...enis: Eni[]) =>
    writes(plan([config], enis)).flatMap((each) => each.sourceDestCheck ?? []);
  const off = made({ sourceDestCheck: false });
  t.strictSame(modifies(checked, off), [true], 'what the one to be claimed has not');
  t.strictSame(modifies(checked, one), [], 'and not what it has');
  t.strictSame(modifies(checked, one, off), [true], 'what any of several may need');
  t.strictSame(
    modifies(checked, { ...one, tags: claimedTags('eth1') }, off),
    [],
    'but for one that was claimed before, which comes first',
  );
  const kept = attached(1, { tags: claimedTags('eth1') });
  t.strictSame(writes(plan([eth1], [kept])), [], 'nothing once it is attached and tagged');
  const byHand = attached(1, { tags: withNoManage });
  t.strictSame(
    writes(plan([eth1], [byHand])),
    [
      {
        action: 'CreateTags',
        interface: 'eth1',
        eniId: byHand.id,
        tags: {
          'multus-bootstrap.io/instance-id': 'i-0123456789abcdef0',
          'multus-bootstrap.io/interface': 'eth1',
          'multus-bootstrap.io/existing': 'true',
        },
      },
    ],
    'attached by another hand: it is tagged alone',
  );
});

t.test('two interfaces with the same tags never get the same ENI', async (t) => {
  const both = [eth1, eth2];
  const x = attached(1, { tags: withNoManage });
  const y = attached(2, { tags: withNoManage });
  t.strictSame(sourcesOf(plan(both, [x])), [`attached ${x.id}`, 'claim'], 'one attached, untagged');
  t.strictSame(sourcesOf(plan(both, [x, y])), [`attached ${x.id}`, `attached ${y.id}`]);
  t.strictSame(
    sourcesOf(plan(both, [x], { claims: [claimOf(x, 'eth2')] })),
    ['claim', `attached ${x.id}`],
    'a run that was killed before it tagged has noted whose it is',
  );
  const tagged = { ...x, tags: claimedTags('eth2') };
  t.strictSame(sourcesOf(plan(both, [tagged])), ['claim', `attached ${x.id}`], 'its tags tell');
  t.strictSame(
    sourcesOf(plan(both, [tagged], { claims: [claimOf(x, 'eth1')] })),
    ['claim', `attached ${x.id}`],
    'tags, which come after the attach, count more than a note from before it',
  );
  const stale = { ...x, tags: claimedTags('eth2', 'i-00000000') };
  t.strictSame(
    sourcesOf(plan(both, [stale], { claims: [claimOf(x, 'eth1')] })),
    [`attached ${x.id}`, 'claim'],
    'but not those of its last node',
  );
  const half = { ...x, tags: { ...claimedTags('eth2') } };
  delete half.tags['multus-bootstrap.io/instance-id'];
  t.strictSame(sourcesOf(plan(both, [half])), ['claim', `attached ${x.id}`], 'what an untagging left tells');
  t.strictSame(
    sourcesOf(plan(both, [half], { claims: [claimOf(x, 'eth1')] })),
    [`attached ${x.id}`, 'claim'],
    'but it may be of its last node: a note counts more',
  );
  t.strictSame(
    claims([eth1], [{ ...one, tags: half.tags }]),
    [{ available: [one.id], own: undefined }],
    'and is nothing where it is not attached',
  );
  t.strictSame(
    claims(both, [one, two], { claims: [claimOf(one, 'eth2')] }),
    [
      { available: [two.id], own: undefined },
      { available: [one.id, two.id], own: one.id },
    ],
    'an attach of which no listing tells yet',
  );
  const mine = { ...one, tags: claimedTags('eth1') };
  t.strictSame(
    claims(both, [mine, two]),
    [
      { available: [one.id, two.id], own: one.id },
      { available: [two.id], own: undefined },
    ],
    'one that was taken off by force goes back to its interface',
  );
});

t.test('more interfaces than ENIs: one has to wait', async (t) => {
  const both = [eth1, eth2];
  t.match(plan(both, [one]).warnings, [/^eth2: other interfaces .* the 1 available .* waits up to 0 s/]);
  t.strictSame(plan(both, [one, two]).warnings, []);
  t.strictSame(plan(both, []).warnings, [], 'that there is none at all is told otherwise');
  const own = { ...one, tags: { ...claimedTags('eth2') } };
  t.strictSame(plan(both, [own, two]).warnings, []);
  const only = existingInterface({ name: 'eth2', existing: { tags: { net: 'a' }, waitMs: 0 } });
  const twice = { ...one, tags: { multus: 'true', net: 'a' } };
  t.strictSame(plan([eth1, only], [twice, two]).warnings, [], 'each has one that it can take');
  t.match(plan([eth1, only], [twice]).warnings, [/^(eth1|eth2): other/]);
});

t.test('one that another hand has attached, without no_manage, may be the VPC CNI’s by now', async (t) => {
  const byHand = attached(1, { tags: { multus: 'true' } });
  const left = plan([eth1, eth2], [byHand, one]);
  t.strictSame(sourcesOf(left), ['claim', 'claim'], 'it is not taken over');
  t.match(
    left.warnings[0],
    new RegExp(`^${byHand.id} is attached and has the existing.tags of eth1, eth2, but`),
  );
  const noted = plan([eth1], [byHand], { claims: [claimOf(byHand, 'eth1')] });
  t.strictSame(sourcesOf(noted), [`attached ${byHand.id}`], 'but for one that a run was about to attach');
  t.strictSame(noted.warnings, []);
  const other = attached(1, { tags: { other: 'yes' } });
  t.strictSame(plan([eth1], [other, one]).warnings, [], 'what is not selected is nothing to tell of');
});

t.test('the primary ENI is never claimed, whatever its tags', async (t) => {
  const tagged = { ...primary, tags: { multus: 'true' } };
  const seen = observation({ enis: [tagged] });
  t.strictSame(sourcesOf(planFor([eth1], seen)), ['claim']);
  t.strictSame(claims([eth1], [tagged, one]), [{ available: [one.id], own: undefined }]);
});

t.test('an interface that was created and is existing now keeps its ENI, as it is', async (t) => {
  const ours = attached(1, { addresses: ['10.0.4.9'], tags: { ...ownTags('eth1'), multus: 'true' } });
  const asked = existingInterface({ deleteOnTermination: false, sourceDestCheck: false });
  const kept = plan([asked], [ours, one]);
  t.strictSame(sourcesOf(kept), [`attached ${ours.id}`]);
  t.strictSame(writes(kept), [], 'neither its tags nor its attributes are changed');
  t.match(kept.warnings, [/^eth1: the attached ENI's .*not what the configuration says/]);

  const left = { ...ours, status: 'available', attachment: undefined };
  const claimed = plan([eth1], [left, one]);
  t.strictSame(claimed.surplus, [left], 'one that is not attached is given back');
  t.strictSame(sourcesOf(claimed), ['claim']);
});

t.test('an interface that was existing and is created now keeps its ENI, as it is', async (t) => {
  const left = attached(1, {
    tags: claimedTags('eth1'),
    attachment: attachment({ deleteOnTermination: false }),
  });
  const kept = planFor([interfaceConfig({ sourceDestCheck: false })], { enis: [primary, left] });
  t.strictSame(sourcesOf(kept), [`attached ${left.id}`]);
  t.strictSame(writes(kept), [], "the user's ENI is not deleted with the instance");
  t.match(kept.warnings, [/^eth1: the attached ENI's .*not what the configuration says/]);

  const available = made({ tags: claimedTags('eth1') });
  const created = planFor([interfaceConfig()], { enis: [primary, available] });
  t.strictSame(sourcesOf(created), ['create']);
  t.strictSame(created.unneeded, [available], 'one that is not attached is handed back');
  t.strictSame(created.surplus, [], 'and never deleted');
});

t.test('which tags of ours come off', async (t) => {
  const stale = made({ tags: claimedTags('eth9') });
  const unneeded = (interfaces: readonly ExistingInterface[], ...enis: Eni[]) =>
    plan(interfaces, enis).unneeded.map(({ id }) => id);
  const inPlace = attached(1, { tags: claimedTags('eth1') });
  t.strictSame(unneeded([eth1], inPlace, stale), [stale.id], 'of an interface that is there no more');
  const double = made({ tags: claimedTags('eth1') });
  t.strictSame(unneeded([eth1], inPlace, double), [double.id], 'of an interface that has another');
  t.strictSame(unneeded([eth1], stale), [], 'not while it may be attached for another: it would be detached');
  const other = existingInterface({ existing: { tags: { other: 'yes' }, waitMs: 0 } });
  t.strictSame(unneeded([other], stale), [stale.id], 'though it may be if its tags are not asked for');
  t.strictSame(
    writes(plan([eth1], [inPlace, stale])),
    [
      {
        action: 'DeleteTags',
        eniId: stale.id,
        tags: { 'multus-bootstrap.io/instance-id': 'i-0123456789abcdef0' },
      },
      {
        action: 'DeleteTags',
        eniId: stale.id,
        tags: {
          'multus-bootstrap.io/interface': 'eth9',
          'multus-bootstrap.io/existing': 'true',
        },
      },
    ],
    "ours alone, by value: neither the user's nor no_manage",
  );
  const elsewhere = made({ tags: claimedTags('eth9', 'i-00000000') });
  t.strictSame(unneeded([eth1], inPlace, elsewhere), [], "not another node's");
});

t.test('existing and created interfaces beside each other, on several network cards', async (t) => {
  const cards = [0, 1].map((index) => ({ index, maximumInterfaces: 2 }));
  const twoCards = { ...limits, maximumInterfaces: 4, cards };
  const mixed = [
    eth1,
    interfaceConfig({ name: 'eth2', networkCard: 1 }),
    { ...eth1, name: 'eth3', networkCard: 1 },
  ];
  const given = { limits: twoCards, enis: [primary, one, two] };
  const { interfaces } = planFor(mixed, given);
  t.strictSame(
    interfaces.map(({ source, networkCard, deviceIndex }) => [source.kind, networkCard, deviceIndex]),
    [
      ['claim', 0, 1],
      ['create', 1, 1],
      ['claim', 1, 2],
    ],
  );
  t.throws(() => planFor([...mixed, { ...eth2, name: 'eth4', networkCard: 1 }], given), {
    exitCode: 6,
    message: /network card 1 of m5\.xlarge carries 2 ENIs, has 0, and the configuration needs 3 more/,
  });
  const onOther = attached(1, { tags: claimedTags('eth1') }, 1);
  const moved = planFor([eth1], { limits: twoCards, enis: [primary, onOther] });
  t.match(moved.warnings, [/^eth1: .*network card/]);
  t.strictSame([moved.interfaces[0]?.networkCard, moved.interfaces[0]?.deviceIndex], [1, 1]);
});

t.test('names that links of ENIs about to be claimed bear are no conflict', async (t) => {
  const links = [{ name: 'eth1', mac: one.mac, alternativeNames: [] }];
  const foreign = [{ name: 'eth1', mac: '0a:77:00:00:00:01', alternativeNames: [] }];
  t.throws(() => plan([eth1], [one], { links: foreign }), {
    exitCode: 3,
    message: /^eth1: .*link of that name/,
  });
  t.throws(
    () => plan([eth1], [one], { links }),
    { exitCode: 7, message: /^eth1: the link of that name is eni-\w+'s, which EC2 shows as available/ },
    'it may be going: a later run finds it gone',
  );
  t.strictSame(sourcesOf(plan([eth1], [one], { links, claims: [claimOf(one, 'eth1')] })), ['claim'], 'noted');
  const here = attached(1, { ...one, status: 'in-use', tags: withNoManage });
  const attachedOne = { ...here, attachment: attached(1).attachment };
  t.strictSame(sourcesOf(plan([eth1], [attachedOne], { links })), [`attached ${one.id}`], 'attached by hand');
});

t.test('a second ENI that is attached for an interface is told of, and stays', async (t) => {
  const [first, more] = [1, 2].map((index) => attached(index, { tags: claimedTags('eth1') }));
  const kept = plan(
    [eth1],
    [first, more].filter((each) => each !== undefined),
  );
  t.strictSame(writes(kept), []);
  t.match(kept.warnings, [new RegExp(`^${more?.id} is attached for eth1 too`)]);
});

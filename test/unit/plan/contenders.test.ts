import t from 'tap';
import type { Launch } from '../../../agent/claim/facts.ts';
import {
  claimsAhead,
  creationsAhead,
  launchedBefore,
  launchTimes,
  stillAhead,
} from '../../../agent/plan/contenders.ts';
import { firstTry } from '../../../agent/plan/first-try.ts';
import { otherGroups, queueNow } from '../../../agent/plan/other-groups.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { eni, nodeConfig, observation, instanceId as own, subnet } from '../facts.ts';

const start = Date.UTC(2026, 10, 21, 18, 3, 5);
const asg = { 'aws:autoscaling:groupName': 'workers' };

function launch(given: Partial<Launch>): Launch {
  return {
    instanceId: own,
    zone: 'eu-west-1a',
    launchedAt: start,
    reservationId: 'r-11111111',
    tags: asg,
    enis: [],
    ...given,
  };
}

/** In the order of their ids, `own` between them. */
const [first, second, last] = ['i-00000000000000001', 'i-00000000000000002', 'i-0fffffffffffffff9'];

t.test('which launch times are asked for: ten minutes, and those before and after', async (t) => {
  t.strictSame(launchTimes('2026-11-21T18:03:05Z'), [
    '2026-11-21T17:5*',
    '2026-11-21T18:0*',
    '2026-11-21T18:1*',
  ]);
  t.strictSame(launchTimes('2026-12-31T23:59:59Z'), [
    '2026-12-31T23:4*',
    '2026-12-31T23:5*',
    '2027-01-01T00:0*',
  ]);
});

const cases: readonly [string, Partial<Launch>[], string[]][] = [
  ['alone', [], []],
  ['launched earlier', [{ instanceId: last, launchedAt: start - 60_000 }], [last]],
  ['launched later', [{ instanceId: first, launchedAt: start + 1000 }], []],
  [
    'in the same second: by their ids',
    [{ instanceId: last }, { instanceId: second }, { instanceId: first }],
    [first, second],
  ],
  ['so long ago that it contends no more', [{ instanceId: first, launchedAt: start - 600_001 }], []],
  ['of another group', [{ instanceId: first, tags: { 'aws:autoscaling:groupName': 'others' } }], []],
  ['of no group, though of the same request', [{ instanceId: first, tags: {} }], []],
];
for (const [name, others, expected] of cases) {
  t.test(`ahead: ${name}`, async (t) => {
    const launches = [launch({}), ...others.map(launch)];
    t.strictSame(
      launchedBefore(launches, own).map(({ instanceId }) => instanceId),
      expected,
    );
  });
}

t.test('of no group: those of the same request', async (t) => {
  const launches = [
    launch({ tags: {} }),
    launch({ tags: {}, instanceId: first }),
    launch({ tags: {}, instanceId: second, reservationId: 'r-22222222' }),
  ];
  t.strictSame(
    launchedBefore(launches, own).map(({ instanceId }) => instanceId),
    [first],
  );
});

t.test("Karpenter's node pool is a group", async (t) => {
  const pool = { 'karpenter.sh/nodepool': 'default' };
  const launches = [launch({ tags: pool }), launch({ tags: pool, instanceId: first, reservationId: 'r-2' })];
  t.equal(launchedBefore(launches, own).length, 1);
});

t.test('an instance that EC2 does not show yet knows of nobody', async (t) => {
  t.strictSame(launchedBefore([launch({ instanceId: first })], own), []);
});

const tagsOf = (id: string, name: string) => ({
  'multus-bootstrap.io/instance-id': id,
  'multus-bootstrap.io/interface': name,
});

t.test('who has an ENI for an interface claims no other', async (t) => {
  const launches = [
    launch({}),
    launch({ instanceId: first }),
    launch({ instanceId: second, zone: 'eu-west-1b' }),
  ];
  const enis = [eni({ tags: tagsOf(first, 'eth2') })];
  const { instance } = observation();
  t.strictSame(
    claimsAhead({ launches, instance, enis }, ['eth1', 'eth2']),
    [{ instanceId: first, interface: 'eth1' }],
    'nor does who is in another zone',
  );
  t.strictSame(
    stillAhead([{ instanceId: first, interface: 'eth1' }], [eni({ tags: tagsOf(first, 'eth1') })]),
    [],
  );
});

t.test('what others have still to create, in whatever zone', async (t) => {
  const primary = {
    id: 'eni-attach-1',
    instanceId: first,
    deviceIndex: 0,
    networkCard: 0,
    status: 'attached' as const,
    deleteOnTermination: true,
  };
  const launches = [
    launch({}),
    launch({ instanceId: first, enis: [eni({ attachment: primary })] }),
    launch({
      instanceId: second,
      zone: 'eu-west-1b',
      enis: [eni({ attachment: primary }), eni({ attachment: { ...primary, deviceIndex: 1 } })],
    }),
  ];
  t.equal(creationsAhead(launches, own, 2), 3);
});

t.test('the plan leaves the first addresses to those ahead', async (t) => {
  const launches = [launch({}), launch({ instanceId: first }), launch({ instanceId: second })];
  const config = nodeConfig({ name: 'eth1' }, { name: 'eth2' });
  const seen = observation({
    launches,
    enis: [...observation().enis, eni({ addresses: ['10.0.4.5'], tags: tagsOf(first, 'eth1') })],
  });
  const sources = makePlan(config, seen).interfaces.map(({ source }) => source);
  // .4 is free, .5 is taken; three claims are ahead: eth2 of the first, both of the second.
  t.strictSame(
    sources.map((source) => firstTry(source)?.address),
    ['10.0.4.8', '10.0.4.9'],
  );
  const cut = makePlan(config, { ...seen, isCut: true });
  t.match(
    cut.interfaces[0]?.source,
    { choices: [{ ipv4: { queue: { ahead: [], others: [] } } }] },
    'behind a cut listing nobody is known to be ahead',
  );
});

t.test('fewer are free than others are to have: the node tries all the same', async (t) => {
  const launches = [launch({}), launch({ instanceId: first })];
  const config = nodeConfig({ ipv4: { mode: 'FirstFree', within: ['10.0.4.9'], podRange: [] } });

  const [planned] = makePlan(config, observation({ launches, subnets: [subnet({})] })).interfaces;
  t.equal(planned && firstTry(planned.source)?.address, '10.0.4.9');
});

t.test("interfaces that claim elsewhere in the subnet, or nothing, are in nobody's way", async (t) => {
  const launches = [launch({}), launch({ instanceId: first })];
  const config = nodeConfig(
    { name: 'eth1', ipv4: { mode: 'FirstFree', within: ['10.0.4.0/26'], podRange: [] } },
    { name: 'eth2', ipv4: { mode: 'FirstFree', within: ['10.0.4.64/26'], podRange: [] } },
    { name: 'eth3', ipv4: { mode: 'Automatic', within: [], podRange: [] } },
  );
  const limits = {
    type: 'm5.xlarge',
    maximumInterfaces: 4,
    cards: [{ index: 0, maximumInterfaces: 4 }],
    addressesPerInterface: { 4: 15, 6: 15 },
  };
  const { interfaces } = makePlan(config, observation({ launches, limits }));
  t.strictSame(
    interfaces.map(({ source }) => firstTry(source)?.address),
    ['10.0.4.5', '10.0.4.65', undefined],
  );
});

t.test('other groups count once one of them is seen to claim here', async (t) => {
  const other = { 'aws:autoscaling:groupName': 'others' };
  const launches = [
    launch({}),
    launch({ instanceId: first, tags: other }),
    launch({ instanceId: last, tags: other }),
    launch({ instanceId: second, tags: {}, reservationId: 'r-2' }),
    launch({ instanceId: 'i-00000000000000003', tags: other, zone: 'eu-west-1b' }),
  ];
  const others = otherGroups({ launches, instance: observation().instance }, ['eth1']);
  t.strictSame(others, [
    { instanceIds: [first, last], claims: [{ instanceId: first, interface: 'eth1' }] },
    { instanceIds: [second], claims: [{ instanceId: second, interface: 'eth1' }] },
  ]);
  t.strictSame(queueNow({ ahead: [], others }, [eni({})]), { ahead: [], others }, 'as long as none is seen');
  const seen = [eni({ tags: tagsOf(last, 'eth1') })];
  t.strictSame(queueNow({ ahead: [], others }, seen), { ahead: others[0]?.claims, others: others.slice(1) });
  t.strictSame(
    queueNow({ ahead: [], others }, [...seen, eni({ tags: tagsOf(first, 'eth1') })]),
    { ahead: [], others: others.slice(1) },
    'who has its ENI is ahead of nobody',
  );
  t.strictSame(otherGroups({ launches: launches.slice(1), instance: observation().instance }, ['eth1']), []);
});

t.test(
  "of several subnets in the zone, each claim ahead goes to the one with most room, and so does this node's",
  async (t) => {
    const ids = ['subnet-11111111', 'subnet-22222222'];
    const subnets = [subnet({}), subnet({ id: ids[1] ?? '', cidr: '10.0.5.0/24', availableAddresses: 251 })];
    const launches = [
      launch({}),
      ...[first, second, 'i-00000000000000003'].map((id) => launch({ instanceId: id })),
    ];
    const config = nodeConfig({ subnets: ids });
    const addressOf = (given: Partial<Parameters<typeof observation>[0]>) => {
      const [planned] = makePlan(config, observation({ launches, subnets, ...given })).interfaces;
      return planned && firstTry(planned.source)?.address;
    };
    // .4.4, .5.4, .4.5 are theirs.
    t.equal(addressOf({}), '10.0.5.5');
    const madeBy = (id: string, address: string, subnetId = ids[0]) =>
      eni({ addresses: [address], subnetId: subnetId ?? '', tags: tagsOf(id, 'eth1') });
    const enis = [...observation().enis, madeBy(first, '10.0.4.4'), madeBy(second, '10.0.5.4', ids[1])];
    const left = subnets.map((each) => ({ ...each, availableAddresses: 250 }));
    t.equal(addressOf({ enis, subnets: left }), '10.0.5.5', 'the same when some of them have theirs');
    const more = [...launches, launch({ instanceId: last })];
    const faster = [...observation().enis, madeBy(last, '10.0.4.6')];
    t.equal(
      addressOf({ enis: faster, launches: more }),
      '10.0.5.5',
      'the same when a node behind was faster',
    );
    const ahead = subnets.map((each, n) => ({ ...each, availableAddresses: 251 - 3 * n }));
    t.equal(
      addressOf({ subnets: ahead }),
      '10.0.5.5',
      'the same when a count of free addresses runs ahead of the listing',
    );
  },
);

t.test('of claims from parts that overlap those count that land before its own', async (t) => {
  const config = nodeConfig(
    { name: 'eth1', ipv4: { mode: 'FirstFree', within: ['10.0.4.6/31', '10.0.4.64/26'], podRange: [] } },
    { name: 'eth2' },
  );
  const launches = [launch({}), ...[first, second].map((id) => launch({ instanceId: id }))];
  const { interfaces } = makePlan(config, observation({ launches }));
  // Theirs are .6 and .4, .7 and .5.
  t.match(
    interfaces.map(({ source }) => firstTry(source)),
    [{ address: '10.0.4.64' }, { address: '10.0.4.8' }],
  );
});

t.test('each IP version has its own queue', async (t) => {
  const dual = subnet({ ipv6Cidrs: ['2600:1f18:1:4::/64'] });
  const ipv6 = { mode: 'FirstFree' as const, within: [], podRange: [] };
  const config = nodeConfig(
    { name: 'eth1', ipv4: { mode: 'FirstFree', within: ['10.0.4.64/26'], podRange: [] }, ipv6 },
    { name: 'eth2', ipv4: { mode: 'FirstFree', within: ['10.0.4.128/26'], podRange: [] }, ipv6 },
  );
  const launches = [launch({}), ...[first, second].map((id) => launch({ instanceId: id }))];
  const { interfaces } = makePlan(config, observation({ launches, subnets: [dual] }));
  t.match(
    interfaces.map(({ source }) => firstTry(source)),
    [
      { address: '10.0.4.66', ipv6Address: '2600:1f18:1:4::8' },
      { address: '10.0.4.130', ipv6Address: '2600:1f18:1:4::9' },
    ],
  );
});

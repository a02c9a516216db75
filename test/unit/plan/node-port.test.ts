/** Which NodePort addresses are for which link, and which can be no node's. */
import t from 'tap';
import type { NodePortConfig } from '../../../agent/config/model.ts';
import { nextOf } from '../../../agent/plan/node-port-holders.ts';
import { exhausted, outlooks } from '../../../agent/plan/node-port-outlook.ts';
import type { Observation } from '../../../agent/plan/observation.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { noManage } from '../../../agent/plan/tags.ts';
import { writesOf } from '../../../agent/plan/writes.ts';
import {
  attached,
  eni,
  existingInterface,
  instanceId,
  interfaceConfig,
  limits,
  made,
  nodeConfig,
  observation,
  ownTags,
  subnet,
} from '../facts.ts';

const primary = observation().enis[0] ?? eni({});
const b = subnet({ id: 'subnet-22222222', cidr: '10.0.5.0/24', availableAddresses: 9 });
const dual = subnet({ ipv6Cidrs: ['2600:1f18:1:4::/64'] });

function entry(addresses: string[], more: Partial<NodePortConfig> = {}): NodePortConfig {
  return {
    addresses,
    interface: 'eth1',
    mode: 'Floating',
    probePort: undefined,
    primaryIsUnmanaged: false,
    ...more,
  };
}

function perNode(...addresses: string[]): NodePortConfig {
  return entry(addresses, { mode: 'PerNode' });
}

/** The plan of eth1 with these entries. */
function planned(entries: NodePortConfig[], seen: Partial<Observation> = {}, more = {}) {
  const own = entries.filter((each) => each.interface === 'eth1');
  const config = {
    ...nodeConfig({ subnets: ['subnet-11111111', 'subnet-22222222'], nodePort: own, ...more }),
    nodePort: entries,
  };
  return makePlan(config, observation({ subnets: [subnet({}), b], ...seen }));
}

/** What becomes of each address, in short. */
function fates(...args: Parameters<typeof planned>): string[] {
  return outlooks(planned(...args)).map(({ address, outcome, holder }) =>
    [address, outcome, ...(holder === undefined ? [] : [holder])].join(' '),
  );
}

t.test('where the addresses are decides where the ENI is created', (t) => {
  const rows: [string, NodePortConfig[], string[], RegExp[]][] = [
    ['in the first subnet', [entry(['10.0.4.201', '10.0.6.201'])], ['subnet-11111111'], [/subnet-22222222/]],
    ['in the second', [entry(['10.0.5.201'])], ['subnet-22222222'], [/10\.0\.4\.0\/24/]],
    [
      'in both, by several entries',
      [entry(['10.0.4.201']), perNode('10.0.5.201')],
      ['subnet-11111111', 'subnet-22222222'],
      [/no PerNode address/],
    ],
    ['for none', [], ['subnet-11111111', 'subnet-22222222'], []],
  ];
  for (const [what, entries, subnets, warnings] of rows) {
    const { interfaces, warnings: told } = planned(entries);
    const [{ source } = { source: undefined }] = interfaces;
    t.same(source && 'choices' in source && source.choices.map(({ subnetId }) => subnetId), subnets, what);
    t.match(told, warnings, what);
    t.equal(told.length, warnings.length, what);
  }
  t.end();
});

t.test('what can never be', (t) => {
  const neighbour = eni({ addresses: ['10.0.4.201'], id: 'eni-0000abcd' });
  const own = attached(1, { addresses: ['10.0.4.201'], tags: ownTags('eth1') });
  const rows: [string, NodePortConfig[], Partial<Observation>, RegExp][] = [
    [
      'no address in any subnet',
      [entry(['10.0.6.201', '10.0.6.202'])],
      {},
      /^eth1: no address of spec\.nodePort \(10\.0\.6\.201, 10\.0\.6\.202\) is inside subnet-11111111 \(10\.0\.4\.0\/24\); .*subnet-22222222 \(10\.0\.5\.0\/24\).*: add/,
    ],
    [
      'the router’s',
      [entry(['10.0.4.1'])],
      {},
      /EC2 keeps the NodePort address 10\.0\.4\.1 .* choose another/,
    ],
    ['the fourth', [perNode('10.0.4.3')], {}, /EC2 keeps/],
    ['the last', [perNode('10.0.5.255')], {}, /EC2 keeps/],
    [
      'a primary one',
      [entry(['10.0.4.201'])],
      { enis: [primary, neighbour] },
      /10\.0\.4\.201 is the primary address of eni-0000abcd, and .* replace that ENI, or choose another/,
    ],
    [
      'this node’s own',
      [entry(['10.0.4.201'])],
      { enis: [primary, own] },
      new RegExp(`is the primary address of ${own.id}, attached to ${instanceId}`),
    ],
    [
      'of an attached ENI elsewhere',
      [entry(['10.0.5.201'])],
      { enis: [primary, attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') })] },
      /^eth1: no address of spec\.nodePort \(10\.0\.5\.201\) is inside subnet-11111111/,
    ],
    [
      'another link than the primary',
      [entry(['10.0.9.9'], { interface: 'ens6', primaryIsUnmanaged: true })],
      { links: [...observation().links, { name: 'ens6', mac: '0a:00:00:00:00:09', alternativeNames: [] }] },
      /^spec\.nodePort: ens6 is not the primary ENI's link \(its MAC is .*\); that is called ens5 here/,
    ],
    [
      'no link',
      [entry(['10.0.9.9'], { interface: 'eth9', primaryIsUnmanaged: true })],
      {},
      /^spec\.nodePort: eth9 is no link of this host; that is called ens5 here: write so, or "primary"/,
    ],
    [
      'too many for a tag',
      [entry(Array.from({ length: 30 }, (_, n) => `10.0.4.${200 + n}`))],
      {},
      /^eth1: 30 floating addresses are too many in subnet-11111111/,
    ],
  ];
  for (const [what, entries, seen, message] of rows) {
    t.throws(() => planned(entries, seen), { exitCode: 3, message }, what);
  }
  t.end();
});

t.test('links, up to as many as the kernel has marks for', (t) => {
  const several = (count: number) => {
    const entries = Array.from({ length: count }, (_, n) =>
      entry([`10.0.4.${201 + n}`], { interface: `eth${n + 1}` }),
    );
    const config = nodeConfig(...entries.map((each) => ({ name: each.interface, nodePort: [each] })));
    const seen = { limits: { ...limits, maximumInterfaces: 8, cards: [{ index: 0, maximumInterfaces: 8 }] } };
    return { config, entries, seen: observation(seen) };
  };
  const onPrimaryToo = entry(['10.0.9.9'], { interface: 'primary', primaryIsUnmanaged: true });
  const subnets = [subnet({}), subnet({ id: 'subnet-99999999', cidr: '10.0.9.0/24' })];
  const rows: [string, number, boolean, number | RegExp][] = [
    ['six', 6, false, 6],
    ['the primary ENI’s among six', 5, true, 6],
    ['seven', 7, false, /^spec\.nodePort names 7 interfaces, and 6 can carry NodePort addresses/],
    ['the primary ENI’s as the seventh', 6, true, /^spec\.nodePort names 7 interfaces, and 6 can/],
  ];
  for (const [what, count, isOnPrimary, expected] of rows) {
    const { config, entries, seen } = several(count);
    const nodePort = isOnPrimary ? [...entries, onPrimaryToo] : entries;
    const plan = () => makePlan({ ...config, nodePort }, { ...seen, subnets }).nodePort;
    if (typeof expected === 'number') {
      t.equal(plan().length, expected, what);
    } else {
      t.throws(plan, { exitCode: 3, message: expected }, what);
    }
  }
  t.end();
});

t.test('a primary address among others', (t) => {
  const neighbour = eni({ addresses: ['10.0.4.201'], id: 'eni-0000abcd' });
  const own = attached(1, { addresses: ['10.0.4.201'], tags: ownTags('eth1') });
  const rows: [string, NodePortConfig, Observation['enis'], string[], RegExp][] = [
    [
      'floating',
      entry(['10.0.4.201', '10.0.4.202']),
      [primary, neighbour],
      ['10.0.4.202 assigned'],
      /^eth1: the NodePort address 10\.0\.4\.201 is the primary address of eni-0000abcd, .*: it is left out; replace/m,
    ],
    [
      'floating, its own',
      entry(['10.0.4.201', '10.0.4.202']),
      [primary, own],
      ['10.0.4.202 assigned'],
      /left out/,
    ],
    [
      'of a list',
      perNode('10.0.4.201', '10.0.4.202'),
      [primary, neighbour],
      ['10.0.4.202 assigned'],
      /^eth1: the NodePort address 10\.0\.4\.201 is the primary .*: it counts as held;/m,
    ],
    [
      'of a list, its own',
      perNode('10.0.4.201', '10.0.4.202'),
      [primary, own],
      ['10.0.4.202 assigned'],
      /held/,
    ],
    ['the only one of a list', perNode('10.0.4.201'), [primary, neighbour], ['10.0.4.201 none left'], /held/],
  ];
  for (const [what, each, enis, expected, warning] of rows) {
    t.same(fates([each], { enis }), expected, what);
    t.match(planned([each], { enis }).warnings.join('\n'), warning, what);
  }
  t.same(
    planned([entry(['10.0.4.201', '10.0.4.202'])], { enis: [primary, neighbour] }).nodePort[0]?.entries,
    [entry(['10.0.4.202'])],
  );
  t.end();
});

t.test('more than an ENI of the instance type carries', (t) => {
  const addresses = Array.from({ length: 14 }, (_, n) => `10.0.4.${200 + n}`);
  const all = entry(addresses);
  const one = perNode('10.0.4.231', '10.0.4.232');
  t.equal(fates([all]).length, 14, 'beside its own there is room for 14 of 15');
  const message =
    /^eth1: an ENI of m5\.xlarge carries 15 IPv4 addresses, and 15 of spec\.nodePort .* beside its own 1 /;
  t.throws(() => planned([all, one]), { exitCode: 6, message });
  const own = (...others: string[]) =>
    attached(1, { addresses: ['10.0.4.9', ...others], tags: ownTags('eth1'), id: 'eni-0000000a' });
  const holding = (...others: string[]) => ({ enis: [primary, own(...others)] });
  t.equal(fates([all], holding(...addresses)).length, 14, 'it has all of them already');
  t.throws(() => planned([all], holding('10.0.4.99')), { exitCode: 6, message: /beside its own 2/ });
  const addressClaims = [{ eniId: 'eni-0000000a', address: '10.0.4.99' }];
  t.equal(
    fates([all], { ...holding('10.0.4.99'), addressClaims }).length,
    14,
    'that one it is about to lose',
  );
  const taken = attached(1, {
    addresses: ['10.0.7.9', '10.0.7.99'],
    tags: { multus: 'true', 'multus-bootstrap.io/nodeport': '10.0.7.99', ...noManage },
    subnetId: 'subnet-77777777',
  });
  const seven = addresses.map((each) => each.replace('10.0.4', '10.0.7'));
  const config = { ...nodeConfig(), nodePort: [entry(seven)] };
  config.interfaces.push(existingInterface({ nodePort: config.nodePort }));
  const subnets = [subnet({ id: 'subnet-77777777', cidr: '10.0.7.0/24' })];
  t.equal(
    makePlan(config, observation({ enis: [primary, taken], subnets })).nodePort.length,
    1,
    'that one, which another hand has attached, has kept from its last node',
  );
  t.throws(
    () =>
      planned([entry(['2600:1f18:1:4::c9'])], {
        subnets: [dual, b],
        limits: { ...limits, addressesPerInterface: { 4: 15, 6: 0 } },
      }),
    { exitCode: 6, message: /IPv6/ },
  );
  t.end();
});

t.test('of what was floating a node keeps one', (t) => {
  const old = attached(1, {
    addresses: ['10.0.4.9', '10.0.4.203', '10.0.4.201', '10.0.4.202'],
    tags: ownTags('eth1'),
    id: 'eni-0000000a',
  });
  const claim = (address: string) => ({ eniId: old.id, address });
  const list = perNode('10.0.4.201', '10.0.4.202', '10.0.4.203', '10.0.4.204');
  const { unwanted } = planned([list], {
    enis: [primary, old],
    // That of .204 another was given; .203 is of another hand.
    addressClaims: ['10.0.4.201', '10.0.4.202', '10.0.4.204'].map(claim),
  });
  t.same(unwanted, [claim('10.0.4.202')]);
  t.end();
});

t.test('what becomes of each address', (t) => {
  const holding = (...addresses: string[]) =>
    eni({ addresses: ['10.0.4.77', ...addresses], id: 'eni-0000beef' });
  const own = (...addresses: string[]) =>
    attached(1, { addresses: ['10.0.4.9', ...addresses], tags: ownTags('eth1') });
  const former = attached(1, { addresses: ['10.0.4.9', '10.0.4.201'], tags: ownTags('eth9') });
  const rows: [string, NodePortConfig[], Partial<Observation>, string[]][] = [
    [
      'another interface of this node had it',
      [entry(['10.0.4.201'])],
      { enis: [primary, former], addressClaims: [{ eniId: former.id, address: '10.0.4.201' }] },
      ['10.0.4.201 assigned'],
    ],
    ['nobody holds it', [entry(['10.0.4.201'])], {}, ['10.0.4.201 assigned']],
    [
      'another holds it',
      [entry(['10.0.4.201'])],
      { enis: [primary, holding('10.0.4.201')] },
      ['10.0.4.201 carried eni-0000beef'],
    ],
    [
      'this node has it',
      [entry(['10.0.4.201'])],
      { enis: [primary, own('10.0.4.201')] },
      ['10.0.4.201 kept'],
    ],
    ['the first of a list', [perNode('10.0.4.212', '10.0.4.211')], {}, ['10.0.4.212 assigned']],
    [
      'the first that nobody holds',
      [perNode('10.0.4.211', '10.0.4.212')],
      { enis: [primary, holding('10.0.4.211')] },
      ['10.0.4.212 assigned'],
    ],
    [
      'the one that it has, though one before is free',
      [perNode('10.0.4.211', '10.0.4.212')],
      { enis: [primary, own('10.0.4.212')] },
      ['10.0.4.212 kept'],
    ],
    [
      'none is left',
      [perNode('10.0.4.211')],
      { enis: [primary, holding('10.0.4.211')] },
      ['10.0.4.211 none left'],
    ],
    [
      'one inside a delegated prefix',
      [entry(['10.0.4.201']), perNode('10.0.4.202', '10.0.4.211')],
      { enis: [primary, eni({ addresses: ['10.0.4.77'], prefixes: ['10.0.4.192/28'], id: 'eni-0000beef' })] },
      ['10.0.4.201 carried eni-0000beef', '10.0.4.211 assigned'],
    ],
    [
      'one of each IP version',
      [perNode('10.0.4.211', '2600:1f18:1:4::d3', '2600:1f18:1:4::d4')],
      { subnets: [dual, b] },
      ['10.0.4.211 assigned', '2600:1f18:1:4::d3 assigned'],
    ],
    [
      'on the primary ENI, of whose subnet nothing is listed',
      [entry(['10.0.9.9'], { interface: 'primary', primaryIsUnmanaged: true })],
      { subnets: [subnet({}), b, subnet({ id: 'subnet-99999999', cidr: '10.0.9.0/24' })] },
      ['10.0.9.9 assigned if free'],
    ],
    [
      'the same, by an alternative name of its link',
      [entry(['10.0.9.9'], { interface: 'enp0s5', primaryIsUnmanaged: true })],
      { subnets: [subnet({}), b, subnet({ id: 'subnet-99999999', cidr: '10.0.9.0/24' })] },
      ['10.0.9.9 assigned if free'],
    ],
  ];
  for (const [what, entries, seen, expected] of rows) {
    t.same(fates(entries, seen), expected, what);
  }
  t.end();
});

t.test('a list of which nothing is left, wherever the ENI could be created', (t) => {
  const holder = eni({ addresses: ['10.0.4.77', '10.0.4.211'] });
  const both = perNode('10.0.4.211', '10.0.5.211');
  const rows: [string, NodePortConfig[], Partial<Observation>, string[] | undefined][] = [
    ['another holds it', [perNode('10.0.4.211')], { enis: [primary, holder] }, ['10.0.4.211']],
    ['nobody holds it', [perNode('10.0.4.211')], {}, undefined],
    ['one is left', [perNode('10.0.4.211', '10.0.4.212')], { enis: [primary, holder] }, undefined],
    ['one is left in the next subnet', [both], { enis: [primary, holder] }, undefined],
    ['more may be left', [perNode('10.0.4.211')], { enis: [primary, holder], isCut: true }, undefined],
    ['it moves', [entry(['10.0.4.211'])], { enis: [primary, holder] }, undefined],
  ];
  for (const [what, entries, seen, expected] of rows) {
    const { interfaces, nodePort } = planned(entries, seen);
    t.same(
      interfaces.map(({ source }) => nodePort[0] && exhausted(nodePort[0], source)),
      [expected],
      what,
    );
  }
  t.end();
});

t.test('ENIs made beforehand: those in whose subnet addresses are', (t) => {
  const entries = [entry(['10.0.4.201'])];
  const config = { ...nodeConfig(), nodePort: entries };
  config.interfaces.push(existingInterface({ nodePort: entries }));
  const vpcId = 'vpc-11111111';
  const subnets = [subnet({ vpcId }), subnet({ id: 'subnet-77777777', cidr: '10.0.7.0/24', vpcId })];
  const good = made({ subnetId: 'subnet-11111111', addresses: ['10.0.4.7'] });
  const enis = [primary, made()];
  const { nodePort } = makePlan(config, observation({ subnets, enis: [...enis, good] }));
  t.same(
    nodePort.map((plan) => plan.subnets.map(({ id }) => id)),
    [['subnet-11111111']],
  );
  const [waiting] = makePlan(config, observation({ subnets, enis })).interfaces;
  const { source } = waiting ?? { source: undefined };
  t.same(source?.kind === 'claim' && source.available, [], 'one there may come to be available');
  t.throws(() => makePlan(config, observation({ subnets: subnets.slice(1), enis })), {
    exitCode: 3,
    message: /^eth1: no address of spec\.nodePort \(10\.0\.4\.201\) is inside subnet-77777777/,
  });
  t.end();
});

t.test('a list that was forgotten for this subnet', (t) => {
  const inA = entry(['10.0.4.201']);
  const own = attached(1, { subnetId: b.id, addresses: ['10.0.5.9'], tags: ownTags('eth1') });
  const c = subnet({ id: 'subnet-99999999', cidr: '10.0.9.0/24' });
  const onPrimary = { interface: 'primary', primaryIsUnmanaged: true };
  const rows: [string, NodePortConfig[], Partial<Observation>, RegExp[]][] = [
    [
      'PerNode',
      [inA, perNode('10.0.6.211', '10.0.6.212')],
      {},
      [
        /^eth1: it gets no PerNode address: no address of spec\.nodePort \(10\.0\.6\.211, 10\.0\.6\.212\) is inside subnet-11111111 \(10\.0\.4\.0\/24\): add addresses of that subnet$/,
      ],
    ],
    [
      'Floating, where its ENI is',
      [entry(['10.0.6.201']), perNode('10.0.5.211')],
      { enis: [primary, own] },
      [/^eth1: it gets no Floating address: .*\(10\.0\.6\.201\) is inside subnet-22222222/],
    ],
    [
      'on the primary ENI',
      [entry(['10.0.9.201'], onPrimary), entry(['10.0.6.211'], { ...onPrimary, mode: 'PerNode' })],
      { subnets: [subnet({}), b, c] },
      [/^ens5: it gets no PerNode address: .*\(10\.0\.6\.211\) is inside subnet-99999999/],
    ],
    ['an entry for each zone', [inA, perNode('10.0.4.211'), perNode('10.0.6.211')], {}, []],
    ['a list of all zones', [inA, perNode('10.0.4.211', '10.0.6.211')], {}, []],
  ];
  for (const [what, entries, seen, expected] of rows) {
    const told = planned(entries, seen).warnings.filter((each) => !each.includes('not every subnet'));
    t.match(told, expected, what);
    t.equal(told.length, expected.length, what);
  }
  t.end();
});

t.test('what EC2 chooses may be a NodePort address, unless that is reserved', (t) => {
  const automatic = { ipv4: { mode: 'Automatic', within: [], podRange: [] } };
  const entries = [entry(['10.0.4.201', '10.0.4.202'])];
  const reservation = { subnetId: 'subnet-11111111', cidr: '10.0.4.200/31', type: 'explicit' } as const;
  const told = (seen: Partial<Observation>) =>
    planned(entries, { subnets: [subnet({})], ...seen }, { ...automatic, subnets: ['subnet-11111111'] })
      .warnings;
  t.match(told({}), [
    /^eth1: EC2 chooses its address in subnet-11111111.* over 10\.0\.4\.201, 10\.0\.4\.202$/,
  ]);
  t.match(told({ reservations: [reservation] }), [/ over 10\.0\.4\.202$/]);
  t.same(told({ reservations: [{ ...reservation, cidr: '10.0.4.200/29' }] }), []);
  t.equal(told({ reservations: [{ ...reservation, cidr: '10.0.4.200/29', type: 'prefix' }] }).length, 1);
  t.end();
});

t.test('the writes', (t) => {
  const old = attached(1, {
    addresses: ['10.0.4.9', '10.0.4.250'],
    tags: ownTags('eth1'),
    id: 'eni-0000000a',
  });
  const plan = planned([entry(['10.0.4.201']), perNode('10.0.4.211')], {
    enis: [primary, old],
    addressClaims: [
      { eniId: 'eni-0000000a', address: '10.0.4.250' },
      { eniId: 'eni-0000000a', address: '10.0.4.211' },
    ],
  });
  t.same(
    writesOf(plan, instanceId, undefined).filter(({ action }) => !action.startsWith('Modify')),
    [
      { action: 'UnassignPrivateIpAddresses', eniId: 'eni-0000000a', address: '10.0.4.250' },
      {
        action: 'CreateTags',
        interface: 'eth1',
        eniId: 'eni-0000000a',
        tags: { 'multus-bootstrap.io/nodeport': '10.0.4.201' },
      },
      {
        action: 'AssignPrivateIpAddresses',
        interface: 'eth1',
        eniId: 'eni-0000000a',
        address: '10.0.4.201',
      },
      {
        action: 'AssignPrivateIpAddresses',
        interface: 'eth1',
        eniId: 'eni-0000000a',
        address: '10.0.4.211',
      },
    ],
  );
  t.end();
});

t.test('the writes that end what an ENI made beforehand has kept of its last node', (t) => {
  const left = made({
    addresses: ['10.0.7.7', '10.0.7.201', '10.0.7.202', '10.0.7.203', '10.0.7.204'],
    tags: { multus: 'true', 'multus-bootstrap.io/nodeport': '10.0.7.201 10.0.7.202' },
    id: 'eni-0000000a',
  });
  const vpcId = 'vpc-11111111';
  const seen = observation({
    enis: [primary, left],
    subnets: [subnet({ id: 'subnet-77777777', cidr: '10.0.7.0/24', vpcId })],
  });
  const taken = (...nodePort: NodePortConfig[]) => {
    const config = { ...nodeConfig(), nodePort };
    config.interfaces.push(existingInterface({ nodePort }));
    return writesOf(makePlan(config, seen), instanceId, undefined)
      .filter(({ action }) => action === 'DeleteTags' || action.startsWith('Unassign'))
      .map(({ eniId, address, tags }) => [eniId, address ?? Object.values(tags ?? {})].flat().join(' '));
  };
  const tag = 'eni-0000000a 10.0.7.201 10.0.7.202';
  t.same(taken(), [tag, 'eni-0000000a 10.0.7.201', 'eni-0000000a 10.0.7.202']);
  t.same(taken(entry(['10.0.7.202'])), ['eni-0000000a 10.0.7.201']);
  t.same(taken(perNode('10.0.7.202', '10.0.7.203')), [
    tag,
    'eni-0000000a 10.0.7.201',
    'eni-0000000a 10.0.7.203',
  ]);
  t.end();
});

t.test('the first addresses are left to the nodes ahead, and collisions widen the window', (t) => {
  const list = ['a', 'b', 'c', 'd', 'e'];
  const holder = eni({ addresses: ['x', 'a'], tags: { 'multus-bootstrap.io/instance-id': 'i-1' } });
  const search = { holders: [], tried: new Set<string>(), ahead: [], collisions: 0 };
  const rows: [string, Partial<Parameters<typeof nextOf>[1]>, number, string | undefined][] = [
    ['alone', {}, 0.99, 'a'],
    ['two ahead', { ahead: ['i-1', 'i-2'] }, 0.99, 'c'],
    ['of whom one has one', { ahead: ['i-1', 'i-2'], holders: [holder] }, 0.99, 'c'],
    ['as many ahead as there are', { ahead: ['1', '2', '3', '4', '5'] }, 0.99, 'e'],
    ['after a collision', { tried: new Set(['a']), collisions: 1 }, 0.99, 'c'],
    ['after a collision, the other way', { tried: new Set(['a']), collisions: 1 }, 0, 'b'],
    ['none', { tried: new Set(list) }, 0, undefined],
  ];
  for (const [what, more, random, expected] of rows) {
    t.equal(
      nextOf(list, { ...search, ...more }, () => random),
      expected,
      what,
    );
  }
  t.end();
});

t.test('an ENI that an earlier run made is not adopted with a NodePort address', (t) => {
  const left = eni({ addresses: ['10.0.4.201'], tags: ownTags('eth1') });
  const ipv4 = { mode: 'FirstFree' as const, within: [], podRange: [], nodePort: ['10.0.4.201'] };
  const { interfaces, surplus } = makePlan(
    { ...nodeConfig(), interfaces: [interfaceConfig({ ipv4 })] },
    observation({ enis: [primary, left] }),
  );
  t.equal(interfaces[0]?.source.kind, 'create');
  t.same(surplus, [left]);
  t.end();
});

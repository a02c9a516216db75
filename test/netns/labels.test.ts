import t from 'tap';
import { dropInOf, userDropIn } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, twoInterfaces, userData } from './simulated-node.ts';
import { eth1, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('labels name what was claimed, and where', async (t) => {
  const node = await nodeFor(t, {
    userData: {
      cluster: 'demo',
      ...twoInterfaces,
      kubelet: {
        labels: {
          'example.com/address': '${eth1.address}',
          subnet: '${eth2.subnetId}',
          eni: '${eth1.eniId}',
          place: 'index-${eth2.deviceIndex}.card-${eth2.networkCard}',
          where: '${region}.${zone}',
          type: '${instanceType}',
          who: '${instanceId}',
          cluster: '${cluster}',
          plain: 'text',
          empty: '',
        },
      },
    },
  });
  const { labels } = await succeeds(t, node);
  const expected = {
    'example.com/address': '10.0.4.4',
    subnet: subnets.b,
    eni: node.enis()[0]?.id,
    place: 'index-2.card-0',
    where: 'eu-west-1.eu-west-1a',
    type: 'm5.xlarge',
    who: node.node.instanceId,
    cluster: 'demo',
    plain: 'text',
    empty: '',
    'multus-bootstrap.io/ready': 'true',
  };
  t.same(labels, expected);
  const pairs = Object.entries(expected).map(([key, value]) => `${key}=${value}`);
  t.same((await dropInOf(node))?.flags, [`--node-labels=${pairs.sort().join(',')}`]);
});

t.test('labels alone: no interface, and no EC2 call', async (t) => {
  const node = await nodeFor(t, { userData: { kubelet: { labels: { zone: '${zone}' } } } });
  const { labels } = await succeeds(t, node);
  t.same(labels, { zone: 'eu-west-1a', 'multus-bootstrap.io/ready': 'true' });
  t.equal(node.simulator.record.calls.length, 0);
});

const adjusted = '((default_enis - 1) * (ips_per_eni - 1)) + 2';

for (const [maxPods, expression] of [
  ['Adjust', adjusted],
  ['Keep', undefined],
] as const) {
  t.test(`maxPods: ${maxPods}`, async (t) => {
    const node = await nodeFor(t, { userData: { ...eth1(), kubelet: { maxPods } } });
    const { warnings } = await succeeds(t, node);
    t.equal((await dropInOf(node))?.maxPodsExpression, expression);
    t.same(warnings, []);
  });
}

t.test('maxPods that Karpenter has set goes before the expression: a warning tells the remedy', async (t) => {
  const node = await nodeFor(t, {
    userData: userData(eth1()).replace('spec: {cluster', 'spec: {kubelet: {config: {maxPods: 58}}, cluster'),
  });
  const { warnings } = await succeeds(t, node);
  t.equal((await dropInOf(node))?.maxPodsExpression, adjusted);
  t.same(warnings, [
    'user data part 1 sets kubelet.config.maxPods, which goes before any expression: it must leave out the ENI of Multus itself (Karpenter: set RESERVED_ENIS=1)',
  ]);
});

t.test('a maxPodsExpression of the user’s is kept', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  await userDropIn(node, '10-user.yaml', { maxPodsExpression: 'max_pods - 10' });
  const { warnings } = await succeeds(t, node);
  t.equal((await dropInOf(node))?.maxPodsExpression, undefined);
  t.match(warnings, [/^10-user\.yaml has a maxPodsExpression of its own, which is kept/]);
});

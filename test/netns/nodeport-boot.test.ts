/** NodePort addresses at boot, in EC2 and on the links. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { assigned, carried, claimedBy, moves, nodePortNode, setupOf } from './nodeport.ts';
import { subnets } from './simulated-node.ts';
import { succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const floating = { addresses: ['10.0.4.201', '10.0.6.201'] };
const perNode = { addresses: ['10.0.4.211', '10.0.4.212', '10.0.6.211'], mode: 'PerNode' };

t.test('the first node of a group has all of them', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  const { message, interfaces } = await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.201', '10.0.4.211']);
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.211']);
  t.match(message, /^ready in .* s: 1 interface, 2 NodePort addresses, \d+ EC2 calls$/);
  t.match(interfaces, [{ name: 'eth1', address: '10.0.4.4', nodePort: ['10.0.4.201', '10.0.4.211'] }]);
  const [eni] = node.enis();
  t.strictSame(await setupOf(node), {
    instanceId: node.node.instanceId,
    links: [
      {
        name: 'eth1',
        mac: eni?.mac,
        eniId: eni?.id,
        subnetId: subnets.a,
        cidrs: ['10.0.4.0/24'],
        isPrimary: false,
        addresses: [
          { address: '10.0.4.201', mode: 'Floating' },
          { address: '10.0.4.211', mode: 'PerNode' },
        ],
      },
    ],
    metricsPort: undefined,
  });
  t.equal(eni?.tags['multus-bootstrap.io/nodeport'], '10.0.4.201');
  t.strictSame((await claimedBy(node)).sort(), ['10.0.4.201', '10.0.4.211']);

  node.simulator.record.clear();
  const again = await succeeds(t, node);
  t.match(again.message, 'everything is in place');
  t.strictSame(node.simulator.record.writes(), [], 'a further run writes nothing');
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.201', '10.0.4.211']);
  t.strictSame(moves(node), []);
});

/** The examples of userdata/, run on a node of the network that they share. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { World } from '../simulator/model/world.ts';
import { examples } from '../userdata/examples.ts';
import { dropInOf, taint } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const vpcId = 'vpc-0a1b2c3d4e5f60718';
const primarySubnet = 'subnet-0c1b2c3d4e5f60718';

function network(world: World): void {
  const [a, b] = ['eu-west-1a', 'eu-west-1b'];
  const signalling = { net: 'signalling' };
  const media = { net: 'media' };
  world.addVpc({ id: vpcId, cidr: '10.0.0.0/16' });
  world.addSubnet({ id: primarySubnet, vpcId, cidr: '10.0.0.0/24', zone: a });
  world.addSubnet({ id: 'subnet-0a1b2c3d4e5f60718', vpcId, cidr: '10.0.4.0/24', zone: a, tags: signalling });
  world.addSubnet({ id: 'subnet-1a1b2c3d4e5f60718', vpcId, cidr: '10.0.6.0/24', zone: b, tags: signalling });
  world.addSubnet({ id: 'subnet-0b1b2c3d4e5f60718', vpcId, cidr: '10.0.5.0/24', zone: a, tags: media });
  world.addSubnet({ id: 'subnet-1b1b2c3d4e5f60718', vpcId, cidr: '10.0.7.0/24', zone: b, tags: media });
  world.addSecurityGroup({ id: 'sg-0a1b2c3d4e5f60718', vpcId });
}

/** The labels that an example asks for, beside the agent's own. */
const labels: Record<string, string[]> = {
  'nodeadm, full': ['cnf=abc01', 'eth1-address=10.0.4.4', 'eth2-subnet=subnet-0b1b2c3d4e5f60718'],
  'self-managed group by CloudFormation': ['cnf=abc01', 'pool='],
  'managed group by CloudFormation': ['eth1-address=10.0.4.4', 'eth2-address=10.0.5.4'],
  Terraform: ['cnf=abc01', 'eth1-address=10.0.4.4'],
  Karpenter: ['eth1-address=10.0.4.4'],
};

for (const { name, userData, imageFiles } of examples) {
  t.test(name, async (t) => {
    const node = await nodeFor(t, { userData, world: network, primarySubnet });
    const folder = join(node.root, 'etc/multus-bootstrap/config.d');
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(imageFiles)) {
      await writeFile(join(folder, file), content);
    }
    const { interfaces } = await succeeds(t, node);
    const found = interfaces.map(({ name, address }) => `${name} ${address}`);
    t.strictSame(found, ['eth1 10.0.4.4', 'eth2 10.0.5.4'].slice(0, name === 'nodeadm, shortest' ? 1 : 2));
    const expected = [...(labels[name] ?? []), 'multus-bootstrap.io/ready=true'].toSorted();
    t.strictSame((await dropInOf(node))?.flags, [`--node-labels=${expected.join(',')}`]);
  });
}

t.test('nodeadm, full: a node that fails joins with our taint beside the user’s', async (t) => {
  const userData = examples.find(({ name }) => name === 'nodeadm, full')?.userData;
  const node = await nodeFor(t, { userData, world: network, primarySubnet });
  node.simulator.world.subnets.delete('subnet-0b1b2c3d4e5f60718');
  const outcome = await node.run(['run']);
  t.equal(outcome.exitCode, 3);
  t.strictSame((await dropInOf(node))?.flags, [
    '--node-labels=cnf=abc01',
    `${taint},dedicated=signalling:NoSchedule`,
  ]);
});

/** Interfaces whose names are the kernel's own for others of them, plugged in at once. */
import t from 'tap';
import { group, subnets } from '../netns/simulated-node.ts';
import { kubeletStart } from './kubelet-start.ts';
import { multusLinks, readyLink } from './multus-links.ts';
import { userDataWith } from './user-data.ts';
import { enterVmNamespace, makeVmNode } from './vm-node.ts';

/** Ten first boots with interfaces of these names. The kernel calls the links eth0, eth1, eth2, as they come. */
export async function testNames(url: string, names: readonly [string, string, string]): Promise<void> {
  await enterVmNamespace(url);
  const inSubnets = [subnets.a, subnets.b, subnets.a];
  const interfaces = names.map((name, index) => ({
    name,
    subnets: [inSubnets[index]],
    securityGroups: [group],
  }));
  const userData = userDataWith({ flags: [], spec: { interfaces } });
  for (let boot = 1; boot <= 10; boot += 1) {
    await t.test(`${names.join(', ')}: boot ${boot}`, async (t) => {
      const node = await makeVmNode(t, { userData });
      await node.vm.start();
      const { links } = await kubeletStart(node.vm);
      t.strictSame(multusLinks(node, links), names.toSorted().map(readyLink));
      const kernels = /(\w+): its device is there, as (\w+)/g;
      const seen = [...(await node.vm.journalLog()).matchAll(kernels)];
      t.comment(`first seen: ${seen.map(([, name, as]) => `${name} as ${as}`).join(', ')}`);
    });
  }
}

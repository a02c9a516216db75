/**
 * Shows a node's boot: the real program, against the simulator, on real links of a network namespace, with the
 * latencies that EC2 has. Needs iproute2, and root or unprivileged user namespaces; leaves nothing behind.
 */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { enterNamespace } from '../netns/namespace.ts';
import { startNode, subnets, twoInterfaces } from '../netns/simulated-node.ts';
import type { World } from '../simulator/model/world.ts';
import { legend, picture } from './picture.ts';

await enterNamespace(import.meta.url);

const latencies = {
  '*': 250,
  CreateNetworkInterface: 600,
  AttachNetworkInterface: 900,
  ModifyNetworkInterfaceAttribute: 200,
};

/** Neighbours, so that the first free address is not the first. */
function addNeighbours(world: World): void {
  for (const address of ['10.0.4.4', '10.0.4.5', '10.0.4.7', '10.0.4.40']) {
    world.addEni({ subnetId: subnets.a, address });
  }
  world.addEni({ subnetId: subnets.b, address: '10.0.5.200', prefixes: ['10.0.5.16/28'] });
  world.addReservation({ subnetId: subnets.b, cidr: '10.0.5.0/28', type: 'explicit' });
}

const spec = {
  cluster: 'demo',
  ...twoInterfaces,
  kubelet: { labels: { 'net-zone': '${zone}', signalling: '${eth1.address}' } },
};

const node = await startNode({
  userData: spec,
  world: addNeighbours,
  simulator: { latencies, deviceMs: 1500, attachMs: 2000, imdsLagMs: 1000 },
});
try {
  const { world } = node.simulator;
  const { instanceId } = node.node;
  const show = (title: string, text: string) =>
    process.stdout.write(`\n\u001b[1m${title}\u001b[0m\n${text}\n`);
  const showSubnets = (title: string) => {
    const pictures = [subnets.a, subnets.b].flatMap((id) => {
      const subnet = world.subnets.get(id);
      return subnet === undefined ? [] : [picture(subnet, world.enis, instanceId)];
    });
    show(title, [...pictures, legend].join('\n'));
  };

  showSubnets('The subnets before');
  show('The boot: multus-bootstrap run', '');
  const run = node.start(['run']);
  run.stderr.pipe(process.stdout, { end: false });
  const { exitCode } = await run;
  const links = (await execa('ip', ['-brief', 'link'])).stdout.split('\n').filter((line) => /^e/.test(line));
  show('The links: ip -brief link', links.join('\n'));
  show('multus-bootstrap status', (await node.run(['status'])).stdout);
  show(
    'What kubelet gets: /etc/eks/nodeadm.d/60-multus-bootstrap.yaml',
    await readFile(`${node.root}/etc/eks/nodeadm.d/60-multus-bootstrap.yaml`, 'utf8'),
  );
  showSubnets('The subnets after');
  process.exitCode = exitCode ?? 1;
} finally {
  await node.close();
}

/**
 * Shows a node's boot: the real program, against the simulator, on real links of a network namespace, with the
 * latencies that EC2 has. Needs iproute2, and root or unprivileged user namespaces; leaves nothing behind.
 */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { enterNamespace } from '../netns/namespace.ts';
import { group, startNode, subnets } from '../netns/simulated-node.ts';
import type { World } from '../simulator/model/world.ts';

await enterNamespace(import.meta.url);

const latencies = {
  '*': 250,
  CreateNetworkInterface: 600,
  AttachNetworkInterface: 900,
  ModifyNetworkInterfaceAttribute: 200,
};

/** Other nodes' workers and pods, so that the first free address is not the first. */
function addNeighbours(world: World): void {
  for (const address of ['10.0.4.4', '10.0.4.5', '10.0.4.7']) {
    world.addEni({ subnetId: subnets.a, address, tags: worker });
  }
  const pods = Array.from({ length: 14 }, (_, n) => `10.0.4.${64 + n * 3}`);
  world.addEni({
    subnetId: subnets.a,
    address: '10.0.4.6',
    secondary: pods,
    prefixes: [],
    tags: worker,
  });
  world.addEni({ subnetId: subnets.a, address: '10.0.4.8', prefixes: ['10.0.4.224/28'], tags: worker });
  world.addEni({
    subnetId: subnets.dual,
    address: '10.0.8.4',
    ipv6Addresses: ['2600:1f18:1:8::4'],
    tags: worker,
  });
}

const worker = {
  'multus-bootstrap.io/instance-id': 'i-00000000000000001',
  'multus-bootstrap.io/created': 'true',
};

const spec = {
  cluster: 'demo',
  interfaces: [
    {
      name: 'eth1',
      subnets: [subnets.a, subnets.elsewhere],
      securityGroups: [group],
      ipv4: { within: ['10.0.4.0/26'], podRange: ['10.0.4.64-10.0.4.254'] },
    },
    { name: 'eth2', subnets: [subnets.dual], securityGroups: [group], ipv6: { mode: 'FirstFree' } },
  ],
  kubelet: { labels: { 'net-zone': '${zone}', signalling: '${eth1.address}' } },
};

const node = await startNode({
  userData: spec,
  world: addNeighbours,
  simulator: { latencies, deviceMs: 1500, attachMs: 2000, imdsLagMs: 1000 },
});
try {
  const show = (title: string, text: string) =>
    process.stdout.write(`\n\u001b[1m${title}\u001b[0m\n${text}\n`);
  show('The boot: multus-bootstrap run', '');
  const run = node.start(['run']);
  run.stderr.pipe(process.stdout, { end: false });
  const { exitCode } = await run;
  const links = (await execa('ip', ['-brief', 'link'])).stdout.split('\n').filter((line) => /^e/.test(line));
  show('The links: ip -brief link', links.join('\n'));
  show('multus-bootstrap status', (await node.run(['status'])).stdout);
  show('multus-bootstrap map', (await node.run(['map', subnets.a])).stdout);
  show(
    'What kubelet gets: /etc/eks/nodeadm.d/60-multus-bootstrap.yaml',
    await readFile(`${node.root}/etc/eks/nodeadm.d/60-multus-bootstrap.yaml`, 'utf8'),
  );
  process.exitCode = exitCode ?? 1;
} finally {
  await node.close();
}

/** The README's pictures of `map`, as the program draws simulated subnets. Run it to make them anew. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { writeAtomically } from '../agent/host/files.ts';
import { startSimulator } from '../test/simulator/simulator.ts';
import { group, type Scene, scenes, subnetId } from './map-scenes.ts';

const program = new URL('../agent/main.ts', import.meta.url).pathname;
const docs = new URL('../docs/', import.meta.url).pathname;

/** Where each picture is in the repository, and what the program draws now. */
export async function makePictures(): Promise<{ path: string; svg: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'map-pictures-'));
  try {
    const pictures: { path: string; svg: string }[] = [];
    for (const scene of scenes) {
      const svg = join(folder, 'map.svg');
      await draw(scene, svg);
      pictures.push({ path: join(docs, `map-${scene.name}.svg`), svg: await readFile(svg, 'utf8') });
    }
    return pictures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function draw(scene: Scene, svg: string): Promise<void> {
  const simulator = await startSimulator({ region: 'eu-west-1' });
  try {
    const { world } = simulator;
    const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
    const sceneVpc = world.addVpc({ cidr: '10.1.0.0/16' });
    const nodes = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'eu-west-1a' });
    const { cidr, title, within, podRange } = scene;
    world.addSubnet({ id: subnetId, vpcId: sceneVpc.id, cidr, zone: 'eu-west-1a', tags: { Name: title } });
    const eth1 = { name: 'eth1', subnets: [subnetId], securityGroups: [group], ipv4: { within, podRange } };
    const userData = JSON.stringify({
      apiVersion: 'multus-bootstrap.io/v1alpha1',
      kind: 'MultusNodeConfig',
      spec: { interfaces: [eth1] },
    });
    const node = await simulator.launch({ type: 'm5.xlarge', subnetId: nodes.id, userData });
    for (const reservation of scene.reservations) {
      world.addReservation({ subnetId, ...reservation });
    }
    for (const eni of scene.enis(node.instanceId)) {
      world.addEni(eni);
    }
    const env = simulator.environment(node);
    await execa(process.execPath, [program, 'map', '--svg', svg], { env, extendEnv: false });
  } finally {
    await simulator.close();
  }
}

if (import.meta.main) {
  for (const { path, svg } of await makePictures()) {
    await writeAtomically(path, svg);
  }
}

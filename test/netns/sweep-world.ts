import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { type Outcome, subnets, type TestNode } from './simulated-node.ts';

export type Kind = 'created' | 'existing';

/** The tags that an ENI of that instance bears. */
export function tagsOf(instanceId: string, kind: Kind = 'created', name = 'eth1'): Record<string, string> {
  return {
    ...(kind === 'existing' ? { multus: 'true' } : {}),
    'node.k8s.amazonaws.com/no_manage': 'true',
    'multus-bootstrap.io/instance-id': instanceId,
    'multus-bootstrap.io/interface': name,
    'multus-bootstrap.io/cluster': 'demo',
    [`multus-bootstrap.io/${kind}`]: 'true',
  };
}

/** An ENI, available, of an instance in that state; `gone`: EC2 does not know it any more. */
export function eniOf(
  world: World,
  state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated' | 'gone',
  kind: Kind = 'created',
): Eni {
  const { id } = world.launch({ type: 'm5.large', subnetId: subnets.primary });
  const instance = world.instance(id);
  if (state === 'gone') {
    world.terminate(id);
    world.instances.delete(id);
  } else if (state === 'terminated') {
    world.terminate(id);
  } else {
    world.instances.set(id, { ...instance, state });
  }
  return world.addEni({ subnetId: subnets.a, tags: tagsOf(id, kind) });
}

/** Of an instance that EC2 has never heard of. */
export function unheardOf(): string {
  return `i-${randomBytes(9).toString('hex').slice(0, 17)}`;
}

export function isThere({ simulator }: TestNode, { id }: Pick<Eni, 'id'>): boolean {
  return simulator.world.enis.some((eni) => eni.id === id);
}

const program = new URL('sweep-now.ts', import.meta.url).pathname;

/** Runs `sweep` on the node, with a second between its looks. */
export async function sweepNow({ root, simulator, node }: TestNode, ...args: '--yes'[]): Promise<Outcome> {
  const env = simulator.environment(node);
  const { exitCode, signal, stdout, stderr } = await execa(process.execPath, [program, root, ...args], {
    env,
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, signal, stdout, journal: stderr };
}

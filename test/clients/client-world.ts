import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type t from 'tap';
import { startSimulator } from '../simulator/simulator.ts';

export const ids = {
  vpc: 'vpc-00000001',
  /** 10.0.4.0/24 in us-east-1a. */
  subnet: 'subnet-00000001',
  /** 10.0.5.0/24 in us-east-1b. */
  otherSubnet: 'subnet-00000002',
  group: 'sg-00000001',
} as const;

/**
 * A world for clients that are processes: their environment is complete, so nothing of the machine's own AWS
 * configuration reaches them.
 */
export async function clientWorld(test: Pick<typeof t, 'teardown'>) {
  const sim = await startSimulator();
  test.teardown(() => sim.close());
  sim.world.addVpc({ id: ids.vpc, cidr: '10.0.0.0/16' });
  sim.world.addSubnet({ id: ids.subnet, vpcId: ids.vpc, cidr: '10.0.4.0/24', zone: 'us-east-1a' });
  sim.world.addSubnet({ id: ids.otherSubnet, vpcId: ids.vpc, cidr: '10.0.5.0/24', zone: 'us-east-1b' });
  sim.world.addSecurityGroup({ id: ids.group, vpcId: ids.vpc, name: 'multus' });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, profile: { roleName: 'worker' } });
  const home = await mkdtemp(join(tmpdir(), 'simulator-client-'));
  test.teardown(() => rm(home, { recursive: true }));
  const asUser = { HOME: home, ...sim.environment(sim.credentials.forUser('tester')), AWS_MAX_ATTEMPTS: '1' };
  const asInstance = { HOME: home, ...sim.environment(node), AWS_MAX_ATTEMPTS: '1' };
  return { sim, node, asUser, asInstance };
}

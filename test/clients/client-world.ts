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
  /** 10.0.6.0/24 and 2600:1f18:0:606::/64 in us-east-1a. */
  dualStack: 'subnet-00000003',
  /** 2600:1f18:0:607::/64 alone, in us-east-1a. */
  ipv6Only: 'subnet-00000004',
  group: 'sg-00000001',
} as const;

/**
 * A world for clients that are processes: their environment is complete, so nothing of the machine's own AWS
 * configuration reaches them.
 */
export async function clientWorld(test: Pick<typeof t, 'teardown'>) {
  const sim = await startSimulator();
  test.teardown(() => sim.close());
  sim.world.addVpc({ id: ids.vpc, cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:0:600::/56' });
  sim.world.addSubnet({ id: ids.subnet, vpcId: ids.vpc, cidr: '10.0.4.0/24', zone: 'us-east-1a' });
  sim.world.addSubnet({ id: ids.otherSubnet, vpcId: ids.vpc, cidr: '10.0.5.0/24', zone: 'us-east-1b' });
  const withIpv6 = { vpcId: ids.vpc, zone: 'us-east-1a' };
  sim.world.addSubnet({
    ...withIpv6,
    id: ids.dualStack,
    cidr: '10.0.6.0/24',
    ipv6Cidrs: ['2600:1f18:0:606::/64'],
  });
  sim.world.addSubnet({ ...withIpv6, id: ids.ipv6Only, ipv6Cidrs: ['2600:1f18:0:607::/64'] });
  sim.world.addSecurityGroup({ id: ids.group, vpcId: ids.vpc, name: 'multus' });
  const node = await sim.launch({
    type: 'm5.large',
    subnetId: ids.subnet,
    address: '10.0.4.4',
    profile: { roleName: 'worker' },
  });
  const home = await mkdtemp(join(tmpdir(), 'simulator-client-'));
  test.teardown(() => rm(home, { recursive: true }));
  const asUser = { HOME: home, ...sim.environment(sim.credentials.forUser('tester')), AWS_MAX_ATTEMPTS: '1' };
  const asInstance = { HOME: home, ...sim.environment(node), AWS_MAX_ATTEMPTS: '1' };
  return { sim, node, asUser, asInstance };
}

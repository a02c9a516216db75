import type { Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { createEc2, type Ec2Connection } from '../../../agent/ec2/ec2.ts';
import type { CreateEni } from '../../../agent/ec2/port.ts';
import { createImds } from '../../../agent/imds/imds.ts';
import { recordingLog } from '../../recording-log.ts';
import type { NodeRequest, Simulator, SimulatorOptions } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';

export const subnetId = 'subnet-11111111';
export const groupId = 'sg-11111111';
/** In the same zone, with 2600:1f18:1:4::/64 besides 10.0.16.0/24. */
export const dualStackId = 'subnet-44444444';
/** In the same zone, with 2600:1f18:1:6::/64 alone. */
export const ipv6OnlyId = 'subnet-66666666';

export interface Simulated {
  sim: Simulator;
  instanceId: string;
  ec2: Ec2Connection;
  /** Never aborts in a test that passes. */
  signal: AbortSignal;
}

/** A simulator with a subnet of each kind and one instance, and the agent's EC2 as that instance uses it. */
export async function simulated(
  t: Test,
  options: SimulatorOptions = {},
  node: Partial<NodeRequest> = {},
): Promise<Simulated> {
  const sim = await startSimulator(options);
  t.teardown(() => sim.close());
  const vpc = sim.world.addVpc({ id: 'vpc-11111111', cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:1::/56' });
  sim.world.addSecurityGroup({ id: groupId, vpcId: vpc.id });
  const common = { vpcId: vpc.id, zone: 'us-east-1a' };
  sim.world.addSubnet({ ...common, id: subnetId, cidr: '10.0.0.0/20' });
  sim.world.addSubnet({
    ...common,
    id: dualStackId,
    cidr: '10.0.16.0/24',
    ipv6Cidrs: ['2600:1f18:1:4::/64', { cidr: '2600:1f18:1:5::/64', state: 'disassociated' }],
    assignIpv6OnCreation: true,
    tags: { net: 'signalling', team: 'core' },
  });
  sim.world.addSubnet({
    ...common,
    id: ipv6OnlyId,
    ipv6Cidrs: ['2600:1f18:1:6::/64'],
    tags: { net: 'signalling' },
  });
  const { imdsUrl, instanceId } = await sim.launch({ type: 'm5.large', subnetId, ...node });
  const tools = { clock: systemClock, log: recordingLog().log };
  const imds = createImds({ endpoint: imdsUrl, random: Math.random, ...tools });
  const env = { AWS_ENDPOINT_URL_EC2: sim.ec2Url };
  const ec2 = createEc2({ region: 'us-east-1', env, proxyEnv: {}, imds, ...tools });
  return { sim, instanceId, ec2, signal: AbortSignal.timeout(20_000) };
}

export function eniRequest(given: Partial<CreateEni> = {}): CreateEni {
  return {
    subnetId,
    address: undefined,
    ipv6Address: undefined,
    ipv6AddressCount: undefined,
    securityGroups: [groupId],
    description: 'eth1 of a node',
    tags: { Name: 'eth1', team: 'core*' },
    clientToken: 'token-1',
    ...given,
  };
}

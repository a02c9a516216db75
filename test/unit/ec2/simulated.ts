import type { Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { createEc2, type Ec2Connection } from '../../../agent/ec2/ec2.ts';
import { createImds } from '../../../agent/imds/imds.ts';
import { recordingLog } from '../../recording-log.ts';
import type { NodeRequest, Simulator, SimulatorOptions } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';

export const subnetId = 'subnet-11111111';
export const groupId = 'sg-11111111';

export interface Simulated {
  sim: Simulator;
  instanceId: string;
  ec2: Ec2Connection;
  /** Never aborts in a test that passes. */
  signal: AbortSignal;
}

/** A simulator with a subnet and one instance, and the agent's EC2 as that instance uses it. */
export async function simulated(
  t: Test,
  options: SimulatorOptions = {},
  node: Partial<NodeRequest> = {},
): Promise<Simulated> {
  const sim = await startSimulator(options);
  t.teardown(() => sim.close());
  const vpc = sim.world.addVpc({ id: 'vpc-11111111', cidr: '10.0.0.0/16' });
  sim.world.addSecurityGroup({ id: groupId, vpcId: vpc.id });
  sim.world.addSubnet({ id: subnetId, vpcId: vpc.id, cidr: '10.0.0.0/20', zone: 'us-east-1a' });
  const { imdsUrl, instanceId } = await sim.launch({ type: 'm5.large', subnetId, ...node });
  const common = { clock: systemClock, log: recordingLog().log };
  const imds = createImds({ endpoint: imdsUrl, random: Math.random, ...common });
  const env = { AWS_ENDPOINT_URL_EC2: sim.ec2Url };
  const ec2 = createEc2({ region: 'us-east-1', env, proxyEnv: {}, imds, ...common });
  return { sim, instanceId, ec2, signal: AbortSignal.timeout(20_000) };
}

export function eniRequest(given: { address?: string; clientToken?: string } = {}) {
  return {
    subnetId,
    address: given.address,
    securityGroups: [groupId],
    description: 'eth1 of a node',
    tags: { Name: 'eth1', team: 'core*' },
    clientToken: given.clientToken ?? 'token-1',
  };
}

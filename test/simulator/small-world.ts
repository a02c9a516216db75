import { EC2Client } from '@aws-sdk/client-ec2';
import type t from 'tap';
import { type SimulatorOptions, startSimulator } from './simulator.ts';

/** The ids that tests know their world by. */
export const ids = {
  vpc: 'vpc-00000001',
  otherVpc: 'vpc-00000002',
  /** 10.0.4.0/24 in us-east-1a. */
  subnet: 'subnet-00000001',
  /** 10.0.5.0/28 in us-east-1b. */
  smallSubnet: 'subnet-00000002',
  group: 'sg-00000001',
  foreignGroup: 'sg-00000002',
} as const;

/** A VPC with two subnets, a group of its own and one of another VPC; and the SDK's client as a user of it. */
export async function smallWorld(test: Tap, options: SimulatorOptions = {}) {
  const sim = await startSimulator({ buckets: false, ...options });
  test.teardown(() => sim.close());
  sim.world.addVpc({ id: ids.vpc, cidr: '10.0.0.0/16' });
  sim.world.addVpc({ id: ids.otherVpc, cidr: '10.1.0.0/16' });
  sim.world.addSubnet({ id: ids.subnet, vpcId: ids.vpc, cidr: '10.0.4.0/24', zone: 'us-east-1a' });
  sim.world.addSubnet({ id: ids.smallSubnet, vpcId: ids.vpc, cidr: '10.0.5.0/28', zone: 'us-east-1b' });
  sim.world.addSecurityGroup({ id: ids.group, vpcId: ids.vpc });
  sim.world.addSecurityGroup({ id: ids.foreignGroup, vpcId: ids.otherVpc });
  const user = sim.credentials.forUser('tester');
  const ec2 = new EC2Client({
    endpoint: sim.ec2Url,
    region: sim.world.settings.region,
    credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
    maxAttempts: 1,
  });
  test.teardown(() => ec2.destroy());
  return { sim, ec2, user, ...ids };
}

type Tap = Pick<typeof t, 'teardown'>;

interface Answered {
  code: string;
  message: string;
  status: number | undefined;
}

/** The error that the call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<Answered> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) {
      throw error;
    }
    const metadata = '$metadata' in error ? error.$metadata : undefined;
    const hasStatus = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
    const status = hasStatus ? Number(metadata.httpStatusCode) : undefined;
    return { code: error.name, message: error.message, status };
  }
  throw new Error('the call succeeded');
}

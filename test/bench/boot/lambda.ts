import { setTimeout as delay } from 'node:timers/promises';
import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import { devices } from '../../netns/devices.ts';
import { group, subnets } from '../../netns/simulated-node.ts';
import { monotonicNow } from '../measured.ts';
import type { BenchNode } from './node.ts';

/** The original's sleeps, in ms: between create and attach, and in the user data. */
export const sleeps = { afterCreate: 2_000, userData: 30_000 } as const;

export interface LambdaRun {
  /** Until the Lambda has made its calls and both devices are there. */
  callsMs: number;
  /** Until the user data's sleep is over, too, and the links are up. */
  wholeMs: number;
  ec2Calls: number;
}

/**
 * What the Lambda on the lifecycle hook does, and beside it, on the node, the user data. Kind to both: the Lambda is
 * warm and hears of the instance at once, and the user data begins with the instance.
 */
export async function runLambda(node: BenchNode): Promise<LambdaRun> {
  const { simulator } = node;
  const environment = simulator.environment(simulator.credentials.forUser('lambda'));
  const ec2 = new EC2Client({
    endpoint: simulator.ec2Url,
    region: environment['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  try {
    // Warm: the SDK is loaded, the connection is open.
    await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnets.a] }));
    simulator.record.clear();
    const start = monotonicNow();
    const [callsMs] = await Promise.all([
      attachAll(ec2, node).then(() => monotonicNow() - start),
      delay(sleeps.userData),
    ]);
    for (const { name } of await devices()) {
      await execa('ip', ['link', 'set', 'dev', name, 'up']);
    }
    return { callsMs, wholeMs: monotonicNow() - start, ec2Calls: simulator.record.calls.length };
  } finally {
    ec2.destroy();
  }
}

async function attachAll(ec2: EC2Client, node: BenchNode): Promise<void> {
  for (const [i, subnetId] of [subnets.a, subnets.b].entries()) {
    await attachOne(ec2, subnetId, node.node.instanceId, i + 1);
  }
  while (node.devicesAt.length < 2) {
    await delay(1);
  }
}

/** Six calls, each after the one before. */
async function attachOne(
  ec2: EC2Client,
  subnetId: string,
  instanceId: string,
  deviceIndex: number,
): Promise<void> {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
  const { NetworkInterfaces } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'subnet-id', Values: [subnetId] }] }),
  );
  const used = new Set(
    NetworkInterfaces?.flatMap(({ PrivateIpAddresses }) =>
      PrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress),
    ),
  );
  const network = Subnets?.[0]?.CidrBlock?.replace(/\.\d+\/24$/, '');
  const hosts = Array.from({ length: 251 }, (_, host) => `${network}.${host + 4}`);
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: subnetId,
      Groups: [group],
      PrivateIpAddress: hosts.find((host) => !used.has(host)),
      TagSpecifications: [
        {
          ResourceType: 'network-interface',
          Tags: [{ Key: 'node.k8s.amazonaws.com/no_manage', Value: 'true' }],
        },
      ],
    }),
  );
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
  await delay(sleeps.afterCreate);
  const { AttachmentId } = await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId,
      InstanceId: instanceId,
      DeviceIndex: deviceIndex,
    }),
  );
  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } }),
  );
  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId,
      Attachment: { AttachmentId, DeleteOnTermination: true },
    }),
  );
}

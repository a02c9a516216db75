import { formatAddress, parseAddress } from '../../../agent/claim/range.ts';
import { Ec2Error } from '../../../agent/ec2/port.ts';
import type { Params } from '../../simulator/api/params.ts';
import { only } from '../fields.ts';
import type { Region } from '../region.ts';
import { type Send, sender } from '../send.ts';
import { firstHost } from './surroundings.ts';

/** How many addresses of its listing it tries. */
const mostCandidates = 15;
const afterCreateMs = 2_000;

/** What boto3 does by itself with a throttled call: so many tries in all, pauses of up to 1, 2, 4 and 8 s between. */
const tries = 5;

export interface Invocation {
  instanceId: string;
  /** One for each interface, in order. */
  subnets: readonly string[];
  securityGroup: string;
  /** In [0, 1). */
  random: () => number;
}

/**
 * The old Lambda on an Auto Scaling group's lifecycle hook, for one instance: interface after interface, each address
 * of one listing after the other, until a create succeeds; any error says "taken" to it. Rejects where it gives the
 * instance up: the ENI that it made last is deleted then.
 */
export async function invokeLambda(region: Region, invocation: Invocation): Promise<void> {
  const { instanceId, subnets, securityGroup, random } = invocation;
  const { time } = region;
  const send = retrying(region, sender(region, undefined, random), random);
  for (const [i, subnetId] of subnets.entries()) {
    const eniId = await createFirst(region, send, subnetId, securityGroup);
    try {
      await time.sleep(afterCreateMs);
      const AttachmentId = await send(
        'AttachNetworkInterface',
        { NetworkInterfaceId: eniId, InstanceId: instanceId, DeviceIndex: `${i + 1}` },
        (answer) => only(answer, 'attachmentId'),
      );
      await modify(send, eniId, { SourceDestCheck: { Value: 'false' } });
      await modify(send, eniId, { Attachment: { AttachmentId, DeleteOnTermination: 'true' } });
    } catch (error) {
      await send('DeleteNetworkInterface', { NetworkInterfaceId: eniId }, () => undefined).catch(ifEc2Error);
      throw error;
    }
  }
}

async function createFirst(
  { world }: Region,
  send: Send,
  subnetId: string,
  securityGroup: string,
): Promise<string> {
  const subnet = await send('DescribeSubnets', { SubnetId: [subnetId] }, () => world.subnet(subnetId));
  const filter = [{ Name: 'subnet-id', Value: [subnetId] }];
  const used = await send(
    'DescribeNetworkInterfaces',
    { Filter: filter },
    () => new Set(world.store.visibleEnis(subnetId).flatMap(({ addresses }) => addresses.map(parseAddress))),
  );
  let address = firstHost(subnet) - 1n;
  for (let candidate = 0; candidate < mostCandidates; candidate += 1) {
    do {
      address += 1n;
    } while (used.has(address));
    const eniId = await send(
      'CreateNetworkInterface',
      {
        SubnetId: subnetId,
        PrivateIpAddress: formatAddress(address),
        SecurityGroupId: [securityGroup],
        TagSpecification: [
          {
            ResourceType: 'network-interface',
            Tag: [{ Key: 'node.k8s.amazonaws.com/no_manage', Value: 'true' }],
          },
        ],
      },
      (answer) => only(answer, 'networkInterface', 'networkInterfaceId'),
    ).catch(ifEc2Error);
    if (eniId !== undefined) {
      return eniId;
    }
  }
  throw new Error(`none of ${mostCandidates} addresses of ${subnetId} could be had`);
}

function modify(send: Send, NetworkInterfaceId: string, change: Params): Promise<void> {
  return send('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, ...change }, () => undefined);
}

function ifEc2Error(error: unknown): undefined {
  if (!(error instanceof Ec2Error)) {
    throw error;
  }
}

function retrying({ time }: Region, send: Send, random: () => number): Send {
  return async (...call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(...call);
      } catch (error) {
        if (attempt === tries || !(error instanceof Ec2Error) || error.class !== 'throttled') {
          throw error;
        }
        await time.sleep(random() * 1000 * 2 ** (attempt - 1));
      }
    }
  };
}

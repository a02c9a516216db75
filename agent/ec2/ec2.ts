import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DetachNetworkInterfaceCommand,
  GetSubnetCidrReservationsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type ModifyNetworkInterfaceAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import { type Caller, createCaller, type Ec2Options } from './caller.ts';
import { eniFilters, instanceFilters, subnetFilters } from './filters.ts';
import { allPages } from './pages.ts';
import { type Ec2, Ec2Error, type EniPage, type EniQuery } from './port.ts';
import { required, tagList, toEni, toInstanceState, toLimits, toReservation, toSubnet } from './shapes.ts';

/** EC2, and how it is reached. */
export type Ec2Connection = Ec2 & Pick<Caller, 'endpoint' | 'proxy' | 'calls'>;

/** EC2's largest page, but for instance types. */
const MaxResults = 1_000;

/** EC2 by the AWS SDK. Throws as `createCaller` does. */
export function createEc2(options: Ec2Options): Ec2Connection {
  const { call, ...connection } = createCaller(options);

  async function modify(input: ModifyNetworkInterfaceAttributeCommandInput, signal?: AbortSignal) {
    await call('ModifyNetworkInterfaceAttribute', signal, (client, options) =>
      client.send(new ModifyNetworkInterfaceAttributeCommand(input), options),
    );
  }

  async function eniPage(
    query: EniQuery,
    next: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<EniPage> {
    const action = 'DescribeNetworkInterfaces';
    const input = {
      Filters: eniFilters(query),
      MaxResults,
      ...(next === undefined ? {} : { NextToken: next }),
    };
    const answer = await call(action, signal, (client, options) =>
      client.send(new DescribeNetworkInterfacesCommand(input), options),
    );
    const enis = (answer.NetworkInterfaces ?? []).map((eni) => toEni(action, eni));
    return { enis, next: answer.NextToken || undefined };
  }

  return {
    ...connection,

    async describeSubnets(query, signal) {
      const action = 'DescribeSubnets';
      const Filters = subnetFilters(query);
      const subnets = await allPages((token) =>
        call(action, signal, async (client, options) => {
          const input = { Filters, MaxResults, ...token };
          const answer = await client.send(new DescribeSubnetsCommand(input), options);
          return { items: answer.Subnets ?? [], next: answer.NextToken };
        }),
      );
      return subnets.map((subnet) => toSubnet(action, subnet));
    },

    describeEnis: (query, signal) =>
      allPages(async ({ NextToken }) => {
        const { enis, next } = await eniPage(query, NextToken, signal);
        return { items: enis, next };
      }),

    describeEniPage: eniPage,

    async describeInstances(ids, signal) {
      const action = 'DescribeInstances';
      const Filters = instanceFilters(ids);
      const reservations = await allPages((token) =>
        call(action, signal, async (client, options) => {
          const input = { Filters, MaxResults, ...token };
          const answer = await client.send(new DescribeInstancesCommand(input), options);
          return { items: answer.Reservations ?? [], next: answer.NextToken };
        }),
      );
      return reservations
        .flatMap((reservation) => reservation.Instances ?? [])
        .map((instance) => toInstanceState(action, instance));
    },

    async describeReservations(subnetId, signal) {
      const action = 'GetSubnetCidrReservations';
      const reservations = await allPages((token) =>
        call(action, signal, async (client, options) => {
          const input = { SubnetId: subnetId, MaxResults, ...token };
          const answer = await client.send(new GetSubnetCidrReservationsCommand(input), options);
          const { SubnetIpv4CidrReservations = [], SubnetIpv6CidrReservations = [] } = answer;
          return {
            items: [...SubnetIpv4CidrReservations, ...SubnetIpv6CidrReservations],
            next: answer.NextToken,
          };
        }),
      );
      return reservations.map((reservation) => toReservation(action, reservation));
    },

    async describeType(type, signal) {
      const action = 'DescribeInstanceTypes';
      // By filter, since the SDK's type of the parameter InstanceTypes knows no type newer than itself.
      const Filters = [{ Name: 'instance-type', Values: [type] }];
      const [info] = await allPages((token) =>
        call(action, signal, async (client, options) => {
          const input = { Filters, MaxResults: 100, ...token };
          const answer = await client.send(new DescribeInstanceTypesCommand(input), options);
          return { items: answer.InstanceTypes ?? [], next: answer.NextToken };
        }),
      );
      if (info === undefined) {
        throw new Ec2Error(
          action,
          'notFound',
          'InvalidInstanceType',
          `EC2 knows no instance type ${type} here`,
        );
      }
      return toLimits(action, info);
    },

    async createEni(request, signal) {
      const action = 'CreateNetworkInterface';
      const input = {
        SubnetId: request.subnetId,
        PrivateIpAddress: request.address,
        Ipv6Addresses: request.ipv6Address === undefined ? undefined : [{ Ipv6Address: request.ipv6Address }],
        Ipv6AddressCount: request.ipv6AddressCount,
        Groups: [...request.securityGroups],
        Description: request.description,
        TagSpecifications: [
          {
            ResourceType: 'network-interface' as const,
            Tags: tagList(request.tags),
          },
        ],
        ClientToken: request.clientToken,
      };
      const { NetworkInterface } = await call(action, signal, (client, options) =>
        client.send(new CreateNetworkInterfaceCommand(input), options),
      );
      return toEni(action, required(action, 'NetworkInterface', NetworkInterface));
    },

    async attachEni(request, signal) {
      const action = 'AttachNetworkInterface';
      const input = {
        NetworkInterfaceId: request.eniId,
        InstanceId: request.instanceId,
        DeviceIndex: request.deviceIndex,
        // Without it, EC2 may say on types with several cards that the device index is taken.
        NetworkCardIndex: request.networkCard,
      };
      const { AttachmentId } = await call(action, signal, (client, options) =>
        client.send(new AttachNetworkInterfaceCommand(input), options),
      );
      return required(action, 'AttachmentId', AttachmentId);
    },

    async detachEni(AttachmentId, signal) {
      await call('DetachNetworkInterface', signal, (client, options) =>
        client.send(new DetachNetworkInterfaceCommand({ AttachmentId }), options),
      );
    },

    async deleteEni(NetworkInterfaceId, signal) {
      await call('DeleteNetworkInterface', signal, (client, options) =>
        client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }), options),
      );
    },

    setDeleteOnTermination: (NetworkInterfaceId, AttachmentId, DeleteOnTermination, signal) =>
      modify({ NetworkInterfaceId, Attachment: { AttachmentId, DeleteOnTermination } }, signal),

    setSourceDestCheck: (NetworkInterfaceId, Value, signal) =>
      modify({ NetworkInterfaceId, SourceDestCheck: { Value } }, signal),

    async createTags(resourceId, tags, signal) {
      const input = { Resources: [resourceId], Tags: tagList(tags) };
      await call('CreateTags', signal, (client, options) =>
        client.send(new CreateTagsCommand(input), options),
      );
    },

    async deleteTags(resourceId, tags, signal) {
      const input = { Resources: [resourceId], Tags: tagList(tags) };
      await call('DeleteTags', signal, (client, options) =>
        client.send(new DeleteTagsCommand(input), options),
      );
    },
  };
}

import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type ModifyNetworkInterfaceAttributeCommandInput,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { isIpv6 } from '../claim/range.ts';
import type { Caller } from './caller.ts';
import type { Ec2 } from './port.ts';
import type { Reads } from './reads.ts';
import { required, tagList, toEni } from './shapes.ts';

/** The calls that change something. */
type Writes = Omit<Ec2, keyof Reads>;

export function createWrites({ call }: Pick<Caller, 'call'>): Writes {
  async function modify(input: ModifyNetworkInterfaceAttributeCommandInput, signal?: AbortSignal) {
    await call('ModifyNetworkInterfaceAttribute', signal, (client, options) =>
      client.send(new ModifyNetworkInterfaceAttributeCommand(input), options),
    );
  }

  return {
    async createEni(request, signal) {
      const action = 'CreateNetworkInterface';
      const { ipv6Address: Ipv6Address } = request;
      const input = {
        SubnetId: request.subnetId,
        PrivateIpAddress: request.address,
        Ipv6Addresses: Ipv6Address === undefined ? undefined : [{ Ipv6Address }],
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

    async assignAddress(NetworkInterfaceId, address, signal) {
      if (isIpv6(address)) {
        const input = { NetworkInterfaceId, Ipv6Addresses: [address] };
        await call('AssignIpv6Addresses', signal, (client, options) =>
          client.send(new AssignIpv6AddressesCommand(input), options),
        );
      } else {
        // Said outright: that nothing is taken from anyone must not hang on a default.
        const input = { NetworkInterfaceId, PrivateIpAddresses: [address], AllowReassignment: false };
        await call('AssignPrivateIpAddresses', signal, (client, options) =>
          client.send(new AssignPrivateIpAddressesCommand(input), options),
        );
      }
    },

    async unassignAddress(NetworkInterfaceId, address, signal) {
      if (isIpv6(address)) {
        const input = { NetworkInterfaceId, Ipv6Addresses: [address] };
        await call('UnassignIpv6Addresses', signal, (client, options) =>
          client.send(new UnassignIpv6AddressesCommand(input), options),
        );
      } else {
        const input = { NetworkInterfaceId, PrivateIpAddresses: [address] };
        await call('UnassignPrivateIpAddresses', signal, (client, options) =>
          client.send(new UnassignPrivateIpAddressesCommand(input), options),
        );
      }
    },

    async createTags(resourceId, tags, signal) {
      const input = { Resources: [resourceId], Tags: tagList(tags) };
      await call('CreateTags', signal, (client, options) =>
        client.send(new CreateTagsCommand(input), options),
      );
    },

    async deleteTags(resourceId, tags, signal) {
      const input = { Resources: [resourceId], Tags: tagList(tags) };
      // Without any, EC2 takes all tags away, the user's too.
      if (input.Tags.length > 0) {
        await call('DeleteTags', signal, (client, options) =>
          client.send(new DeleteTagsCommand(input), options),
        );
      }
    },
  };
}

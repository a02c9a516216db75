import { isIpv6 } from '../../agent/claim/range.ts';
import {
  eniFilters,
  instanceFilters,
  launchFilters,
  nodeFilters,
  subnetFilters,
} from '../../agent/ec2/filters.ts';
import { allPages } from '../../agent/ec2/pages.ts';
import { type Ec2, Ec2Error } from '../../agent/ec2/port.ts';
import { tagList } from '../../agent/ec2/shapes.ts';
import type { Params } from '../simulator/api/params.ts';
import { instanceTypes } from '../simulator/model/instance-types.ts';
import type { Instance } from '../simulator/model/records.ts';
import { only, texts, textsBelow } from './fields.ts';
import type { Region } from './region.ts';
import type { Send } from './send.ts';
import { toEni, toLaunch, toLimits, toNodeInstance, toReservation, toSubnet } from './shapes.ts';

/**
 * EC2 as the agent's code asks for it: each method one request (a listing: one a page), carried out by the
 * simulator's own actions. Of what the answers name, the world's records are read at the moment of the effect.
 */
export function simulatedEc2({ world, launchLagMs }: Region, send: Send): Ec2 {
  const nothing = () => undefined;
  const isShown = ({ id, launchedAt }: Instance) => launchedAt + launchLagMs(id) <= world.clock.now();
  const ec2: Ec2 = {
    describeSubnets: (query, signal) =>
      send(
        'DescribeSubnets',
        filtered(subnetFilters(query)),
        (answer) => texts(answer, 'subnetSet', 'subnetId').map((id) => toSubnet(world.subnet(id))),
        signal,
      ),

    describeEnis: (query, signal) =>
      allPages(async (token) => {
        const { enis, next } = await ec2.describeEniPage(query, token, signal);
        return { items: enis, next };
      }),

    describeEniPage: (query, token, signal) =>
      send(
        'DescribeNetworkInterfaces',
        filtered(eniFilters(query), token),
        (answer) => ({
          enis: texts(answer, 'networkInterfaceSet', 'networkInterfaceId').flatMap((id) => {
            const eni = world.store.visibleEni(id);
            return eni === undefined ? [] : [toEni(eni)];
          }),
          next: nextOf(answer),
        }),
        signal,
      ),

    describeInstances: (ids, signal) =>
      send(
        'DescribeInstances',
        filtered(instanceFilters(ids)),
        (answer) =>
          textsBelow(answer, 'reservationSet', 'instancesSet', 'instanceId').map((id) => ({
            instanceId: id,
            state: world.instance(id).state,
          })),
        signal,
      ),

    describeLaunches: (query, signal) =>
      allPages((token) =>
        send(
          'DescribeInstances',
          filtered(launchFilters(query), token),
          (answer) => ({
            items: textsBelow(answer, 'reservationSet', 'instancesSet', 'instanceId')
              .map((id) => world.instance(id))
              .filter(isShown)
              .map((instance) => toLaunch(world, instance)),
            next: nextOf(answer),
          }),
          signal,
        ),
      ),

    describeNodes: (query, signal) =>
      send(
        'DescribeInstances',
        filtered(nodeFilters(query)),
        (answer) =>
          textsBelow(answer, 'reservationSet', 'instancesSet', 'instanceId')
            .map((id) => world.instance(id))
            .filter(isShown)
            .map((instance) => toNodeInstance(world, instance)),
        signal,
      ),

    describeReservations: (SubnetId, signal) =>
      send(
        'GetSubnetCidrReservations',
        { SubnetId, MaxResults: '1000' },
        () => {
          const { pool, ipv6Pool } = world.subnet(SubnetId);
          return [...pool.reservations.values(), ...ipv6Pool.reservations.values()].map(toReservation);
        },
        signal,
      ),

    describeType: (type, signal) =>
      send(
        'DescribeInstanceTypes',
        { Filter: [{ Name: 'instance-type', Value: [type] }], MaxResults: '100' },
        () => {
          const known = instanceTypes.get(type);
          if (known === undefined) {
            throw new Ec2Error('DescribeInstanceTypes', 'notFound', 'InvalidInstanceType', type);
          }
          return toLimits(known);
        },
        signal,
      ),

    createEni: (request, signal) =>
      send(
        'CreateNetworkInterface',
        {
          SubnetId: request.subnetId,
          ...(request.address === undefined ? {} : { PrivateIpAddress: request.address }),
          ...(request.ipv6Address === undefined
            ? {}
            : { Ipv6Addresses: [{ Ipv6Address: request.ipv6Address }] }),
          ...(request.ipv6AddressCount === undefined
            ? {}
            : { Ipv6AddressCount: `${request.ipv6AddressCount}` }),
          SecurityGroupId: [...request.securityGroups],
          Description: request.description,
          TagSpecification: [{ ResourceType: 'network-interface', Tag: tagList(request.tags) }],
          ClientToken: request.clientToken,
        },
        (answer) => {
          // A token may answer with an ENI that has been deleted since.
          const eni =
            world.store.findEni(only(answer, 'networkInterface', 'networkInterfaceId')) ??
            world.tokens.get(request.clientToken)?.eni;
          if (eni === undefined) {
            throw new Error(`no ENI of token ${request.clientToken}`);
          }
          return toEni(eni);
        },
        signal,
      ),

    attachEni: (request, signal) =>
      send(
        'AttachNetworkInterface',
        {
          NetworkInterfaceId: request.eniId,
          InstanceId: request.instanceId,
          DeviceIndex: `${request.deviceIndex}`,
          NetworkCardIndex: `${request.networkCard}`,
        },
        (answer) => only(answer, 'attachmentId'),
        signal,
      ),

    detachEni: (AttachmentId, signal) => send('DetachNetworkInterface', { AttachmentId }, nothing, signal),

    deleteEni: (NetworkInterfaceId, signal) =>
      send('DeleteNetworkInterface', { NetworkInterfaceId }, nothing, signal),

    setDeleteOnTermination: (NetworkInterfaceId, AttachmentId, value, signal) =>
      send(
        'ModifyNetworkInterfaceAttribute',
        { NetworkInterfaceId, Attachment: { AttachmentId, DeleteOnTermination: `${value}` } },
        nothing,
        signal,
      ),

    setSourceDestCheck: (NetworkInterfaceId, value, signal) =>
      send(
        'ModifyNetworkInterfaceAttribute',
        { NetworkInterfaceId, SourceDestCheck: { Value: `${value}` } },
        nothing,
        signal,
      ),

    assignAddress: (NetworkInterfaceId, address, signal) =>
      isIpv6(address)
        ? send('AssignIpv6Addresses', { NetworkInterfaceId, Ipv6Addresses: [address] }, nothing, signal)
        : send(
            'AssignPrivateIpAddresses',
            { NetworkInterfaceId, PrivateIpAddress: [address], AllowReassignment: 'false' },
            nothing,
            signal,
          ),

    unassignAddress: (NetworkInterfaceId, address, signal) =>
      isIpv6(address)
        ? send('UnassignIpv6Addresses', { NetworkInterfaceId, Ipv6Addresses: [address] }, nothing, signal)
        : send(
            'UnassignPrivateIpAddresses',
            { NetworkInterfaceId, PrivateIpAddress: [address] },
            nothing,
            signal,
          ),

    createTags: (resourceId, tags, signal) =>
      send('CreateTags', { ResourceId: [resourceId], Tag: tagList(tags) }, nothing, signal),

    async deleteTags(resourceId, tags, signal) {
      if (Object.keys(tags).length > 0) {
        await send('DeleteTags', { ResourceId: [resourceId], Tag: tagList(tags) }, nothing, signal);
      }
    },
  };
  return ec2;
}

interface Filter {
  Name?: string | undefined;
  Values?: string[] | undefined;
}

function filtered(filters: readonly Filter[], token?: string): Params {
  return {
    Filter: filters.map(({ Name = '', Values = [] }) => ({ Name, Value: Values })),
    MaxResults: '1000',
    ...(token === undefined ? {} : { NextToken: token }),
  };
}

function nextOf({ nextToken }: { nextToken?: unknown }): string | undefined {
  return typeof nextToken === 'string' ? nextToken : undefined;
}

import type { Action } from '../api/action.ts';
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from './addresses.ts';
import { attachNetworkInterface, detachNetworkInterface } from './attachments.ts';
import { createNetworkInterface } from './create-eni.ts';
import { describeNetworkInterfaces } from './describe-enis.ts';
import { deleteNetworkInterface, modifyNetworkInterfaceAttribute } from './enis.ts';
import { describeInstances, describeInstanceTypes } from './instances.ts';
import { assignIpv6Addresses, unassignIpv6Addresses } from './ipv6-addresses.ts';
import { describeSecurityGroups, describeSubnets, describeVpcs } from './network.ts';
import {
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
  getSubnetCidrReservations,
} from './reservations.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';
import { describeAvailabilityZones } from './zones.ts';

/** Every action of the API that is simulated, by its name. */
export const actions: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    AssignIpv6Addresses: assignIpv6Addresses,
    AssignPrivateIpAddresses: assignPrivateIpAddresses,
    AttachNetworkInterface: attachNetworkInterface,
    CreateNetworkInterface: createNetworkInterface,
    CreateSubnetCidrReservation: createSubnetCidrReservation,
    CreateTags: createTags,
    DeleteNetworkInterface: deleteNetworkInterface,
    DeleteSubnetCidrReservation: deleteSubnetCidrReservation,
    DeleteTags: deleteTags,
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeNetworkInterfaces: describeNetworkInterfaces,
    DescribeSecurityGroups: describeSecurityGroups,
    DescribeSubnets: describeSubnets,
    DescribeTags: describeTags,
    DescribeVpcs: describeVpcs,
    DetachNetworkInterface: detachNetworkInterface,
    GetSubnetCidrReservations: getSubnetCidrReservations,
    ModifyNetworkInterfaceAttribute: modifyNetworkInterfaceAttribute,
    UnassignIpv6Addresses: unassignIpv6Addresses,
    UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
  }),
);

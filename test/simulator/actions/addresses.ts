import type { Action } from '../api/action.ts';
import { atMostOneOf, flag, integer, type Params, texts } from '../api/params.ts';
import { assignAddresses, unassignAddresses } from '../model/addresses.ts';
import { ApiError } from '../model/api-error.ts';
import { refuseForeign } from '../model/enis.ts';
import { largestCount } from '../model/limits.ts';
import { eniResource, visibleEniId } from './enis.ts';

export const assignPrivateIpAddresses: Action = {
  parameters: [
    'NetworkInterfaceId',
    'PrivateIpAddress',
    'SecondaryPrivateIpAddressCount',
    'Ipv4Prefix',
    'Ipv4PrefixCount',
    'AllowReassignment',
  ],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    const eni = world.store.eni(visibleEniId(world, params));
    refuseForeign(eni);
    exactlyOneOf(params, [
      'PrivateIpAddress',
      'SecondaryPrivateIpAddressCount',
      'Ipv4Prefix',
      'Ipv4PrefixCount',
    ]);
    const addresses = texts(params, 'PrivateIpAddress');
    const changed = assignAddresses(world, eni, {
      addresses,
      count: integer(params, 'SecondaryPrivateIpAddressCount', 1, largestCount) ?? 0,
      prefixes: texts(params, 'Ipv4Prefix'),
      prefixCount: integer(params, 'Ipv4PrefixCount', 1, largestCount) ?? 0,
      allowReassignment: flag(params, 'AllowReassignment') ?? false,
    });
    world.store.setEni(changed);
    const assigned = changed.addresses.filter(
      (each) => addresses.includes(each) || !eni.addresses.includes(each),
    );
    const prefixes = changed.prefixes.filter((each) => !eni.prefixes.includes(each));
    return {
      networkInterfaceId: eni.id,
      assignedPrivateIpAddressesSet: assigned.map((privateIpAddress) => ({ privateIpAddress })),
      assignedIpv4PrefixSet: prefixes.map((ipv4Prefix) => ({ ipv4Prefix })),
      return: true,
    };
  },
};

export const unassignPrivateIpAddresses: Action = {
  parameters: ['NetworkInterfaceId', 'PrivateIpAddress', 'Ipv4Prefix'],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    const eni = world.store.eni(visibleEniId(world, params));
    refuseForeign(eni);
    exactlyOneOf(params, ['PrivateIpAddress', 'Ipv4Prefix']);
    world.store.setEni(
      unassignAddresses(world, eni, texts(params, 'PrivateIpAddress'), texts(params, 'Ipv4Prefix')),
    );
    return { return: true };
  },
};

function exactlyOneOf(params: Params, names: readonly string[]): void {
  if (atMostOneOf(params, names).length === 0) {
    throw new ApiError('MissingParameter', `Either ${names.join(' or ')} must be specified`);
  }
}

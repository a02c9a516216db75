import type { Action } from '../api/action.ts';
import { integer, type Params, texts } from '../api/params.ts';
import { ApiError, invalidParameter } from '../model/api-error.ts';
import { refuseForeign } from '../model/enis.ts';
import { assignIpv6, unassignIpv6 } from '../model/ipv6-addresses.ts';
import { largestCount } from '../model/limits.ts';
import { eniResource, visibleEniId } from './enis.ts';

const ways = ['Ipv6Addresses', 'Ipv6AddressCount', 'Ipv6Prefix', 'Ipv6PrefixCount'];

/** An ENI is asked to be given IPv6 in one way only. The wording is RunInstances'. */
export function refuseIpv6Together(params: Params): void {
  const given = ways.filter((name) => params[name] !== undefined);
  if (given.length < 2) {
    return;
  }
  if (given.includes('Ipv6Addresses') && given.includes('Ipv6AddressCount')) {
    throw new ApiError(
      'InvalidParameterCombination',
      'IPv6 addresses and IPv6 address count may not be specified on the same request',
    );
  }
  throw invalidParameter(
    'You can and can only specify one of ipv6-addresses or ipv6-addresses-count  ipv6-prefix and ipv6-prefix-count.',
  );
}

function refuseNone(params: Params, names: readonly string[]): void {
  if (names.every((name) => params[name] === undefined)) {
    throw new ApiError('MissingParameter', `Either ${names.join(' or ')} must be specified`);
  }
}

export const assignIpv6Addresses: Action = {
  parameters: ['NetworkInterfaceId', ...ways],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    const eni = world.store.eni(visibleEniId(world, params));
    refuseForeign(eni);
    refuseNone(params, ways);
    refuseIpv6Together(params);
    const changed = assignIpv6(world, eni, {
      addresses: texts(params, 'Ipv6Addresses'),
      count: integer(params, 'Ipv6AddressCount', 1, largestCount) ?? 0,
      prefixes: texts(params, 'Ipv6Prefix'),
      prefixCount: integer(params, 'Ipv6PrefixCount', 1, largestCount) ?? 0,
    });
    world.store.setEni(changed);
    return {
      networkInterfaceId: eni.id,
      assignedIpv6Addresses: changed.ipv6Addresses.filter((each) => !eni.ipv6Addresses.includes(each)),
      assignedIpv6PrefixSet: changed.ipv6Prefixes.filter((each) => !eni.ipv6Prefixes.includes(each)),
    };
  },
};

export const unassignIpv6Addresses: Action = {
  parameters: ['NetworkInterfaceId', 'Ipv6Addresses', 'Ipv6Prefix'],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    const eni = world.store.eni(visibleEniId(world, params));
    refuseForeign(eni);
    refuseNone(params, ['Ipv6Addresses', 'Ipv6Prefix']);
    refuseIpv6Together(params);
    const named = { addresses: texts(params, 'Ipv6Addresses'), prefixes: texts(params, 'Ipv6Prefix') };
    const { eni: changed, addresses, prefixes } = unassignIpv6(world, eni, named);
    world.store.setEni(changed);
    return {
      networkInterfaceId: eni.id,
      unassignedIpv6Addresses: addresses,
      unassignedIpv6PrefixSet: prefixes,
    };
  },
};

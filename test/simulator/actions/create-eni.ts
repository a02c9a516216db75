import type { Action } from '../api/action.ts';
import {
  atMostOneOf,
  flag,
  integer,
  type Params,
  requiredText,
  structures,
  text,
  texts,
} from '../api/params.ts';
import { ApiError, invalidParameter } from '../model/api-error.ts';
import { idOf } from '../model/ids.ts';
import { largestCount } from '../model/limits.ts';
import { checkTags } from '../model/tags.ts';
import { createEniOnce } from '../model/tokens.ts';
import { eniAnswer } from './eni-answer.ts';
import { refuseIpv6Together } from './ipv6-addresses.ts';
import { tagSpecification } from './tags.ts';

export const createNetworkInterface: Action = {
  parameters: [
    'SubnetId',
    'PrivateIpAddress',
    'PrivateIpAddresses',
    'SecondaryPrivateIpAddressCount',
    'Ipv4Prefix',
    'Ipv4PrefixCount',
    'Ipv6Addresses',
    'Ipv6AddressCount',
    'Ipv6Prefix',
    'Ipv6PrefixCount',
    'EnablePrimaryIpv6',
    'SecurityGroupId',
    'Description',
    'TagSpecification',
    'ClientToken',
    'InterfaceType',
  ],
  required: ['SubnetId'],
  resource: () => 'network-interface/*',
  run(world, params) {
    const clientToken = text(params, 'ClientToken');
    if (clientToken !== undefined && (clientToken.length > 64 || !/^[\x20-\x7e]+$/.test(clientToken))) {
      throw invalidParameter('Invalid value for parameter clientToken: at most 64 ASCII characters');
    }
    const interfaceType = text(params, 'InterfaceType') ?? 'interface';
    if (interfaceType !== 'interface') {
      throw invalidParameter(`Invalid value '${interfaceType}' for InterfaceType`);
    }
    const tags = tagSpecification(params, 'network-interface');
    checkTags(tags);
    atMostOneOf(params, [
      'PrivateIpAddresses',
      'SecondaryPrivateIpAddressCount',
      'Ipv4Prefix',
      'Ipv4PrefixCount',
    ]);
    refuseIpv6Together(params);
    const { primary, secondary } = namedAddresses(params);
    const eni = createEniOnce(world, clientToken, {
      subnetId: idOf('subnet', requiredText(params, 'SubnetId')),
      address: primary,
      secondary,
      secondaryCount: integer(params, 'SecondaryPrivateIpAddressCount', 1, largestCount) ?? 0,
      prefixes: structures(params, 'Ipv4Prefix').map((each) => requiredText(each, 'Ipv4Prefix')),
      prefixCount: integer(params, 'Ipv4PrefixCount', 1, largestCount) ?? 0,
      ipv6Addresses: structures(params, 'Ipv6Addresses').map((each) => requiredText(each, 'Ipv6Address')),
      ipv6AddressCount: integer(params, 'Ipv6AddressCount', 0, largestCount),
      ipv6Prefixes: structures(params, 'Ipv6Prefix').map((each) => requiredText(each, 'Ipv6Prefix')),
      ipv6PrefixCount: integer(params, 'Ipv6PrefixCount', 1, largestCount) ?? 0,
      enablePrimaryIpv6: flag(params, 'EnablePrimaryIpv6') ?? false,
      securityGroups: texts(params, 'SecurityGroupId').map((id) => idOf('sg', id)),
      description: text(params, 'Description') ?? '',
      tags,
    });
    return { networkInterface: eniAnswer(world, eni), clientToken };
  },
};

function namedAddresses(params: Params): { primary: string | undefined; secondary: string[] } {
  const named = structures(params, 'PrivateIpAddresses').map((each) => ({
    address: requiredText(each, 'PrivateIpAddress'),
    primary: flag(each, 'Primary') ?? false,
  }));
  const primary = text(params, 'PrivateIpAddress');
  const primaries = named.filter((each) => each.primary).map((each) => each.address);
  if (primaries.length + (primary === undefined ? 0 : 1) > 1) {
    throw new ApiError('InvalidParameterCombination', 'Only one primary private IP address can be specified');
  }
  const secondary = named.filter((each) => !each.primary).map((each) => each.address);
  return { primary: primary ?? primaries[0], secondary };
}

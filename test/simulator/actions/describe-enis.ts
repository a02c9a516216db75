import type { Action } from '../api/action.ts';
import { type FilterTable, filterPredicate, soleFilterValue } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, structures, text, texts } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';
import { findAll } from '../model/ids.ts';
import { privateDnsName, zoneId } from '../model/naming.ts';
import { type Attachment, type Eni, eniStatus } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { eniAnswer } from './eni-answer.ts';

function ofAttachment(read: (attachment: Attachment) => string | number | boolean | undefined) {
  return ({ attachment }: Eni) => {
    const value = attachment && read(attachment);
    return value === undefined ? [] : [String(value)];
  };
}

const filters = (world: World): FilterTable<Eni> => ({
  'addresses.primary': (eni) => eni.addresses.map((_, index) => String(index === 0)),
  'addresses.private-ip-address': (eni) => eni.addresses,
  'attachment.attach-time': ofAttachment(({ at }) => world.wallClock(at).toISOString()),
  'attachment.attachment-id': ofAttachment((attachment) => attachment.id),
  'attachment.delete-on-termination': ofAttachment((attachment) => attachment.deleteOnTermination),
  'attachment.device-index': ofAttachment((attachment) => attachment.deviceIndex),
  'attachment.instance-owner-id': ofAttachment((attachment) => attachment.instanceOwnerId),
  'attachment.instance-id': ofAttachment((attachment) => attachment.instanceId),
  'attachment.status': ofAttachment((attachment) => attachment.status),
  'availability-zone': (eni) => [eni.zone],
  'availability-zone-id': (eni) => [zoneId(eni.zone)],
  description: (eni) => [eni.description],
  'group-id': (eni) => eni.securityGroups,
  'group-name': (eni) => eni.securityGroups.map((id) => world.securityGroups.get(id)?.name ?? id),
  'ipv6-addresses.ipv6-address': (eni) => eni.ipv6Addresses,
  'interface-type': () => ['interface'],
  'mac-address': (eni) => [eni.mac],
  'network-interface-id': (eni) => [eni.id],
  'owner-id': (eni) => [eni.ownerId],
  'private-dns-name': (eni) =>
    eni.addresses.slice(0, 1).map((address) => privateDnsName(world.settings.region, address)),
  'private-ip-address': (eni) => eni.addresses.slice(0, 1),
  'requester-id': (eni) => [eni.requesterId],
  'requester-managed': (eni) => [String(eni.requesterManaged)],
  'source-dest-check': (eni) => [String(eni.sourceDestCheck)],
  status: (eni) => [eniStatus(eni)],
  'subnet-id': (eni) => [eni.subnetId],
  'vpc-id': (eni) => [eni.vpcId],
});

export const describeNetworkInterfaces: Action = {
  parameters: ['NetworkInterfaceId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate(params, filters(world));
    const rules = { minimum: 5, maximum: 1000, ids: 'NetworkInterfaceId' };
    const { items, nextToken } = page(() => candidates(world, params).filter(matches), params, rules);
    return { networkInterfaceSet: items.map((eni) => eniAnswer(world, eni)), nextToken };
  },
};

/** The filters with which EC2 lists a large account without pages. */
const narrow = ['group-id', 'mac-address', 'private-dns-name', 'private-ip-address', 'subnet-id', 'vpc-id'];

function isNarrow(params: Params): boolean {
  return structures(params, 'Filter').some((filter) => narrow.includes(text(filter, 'Name') ?? ''));
}

function candidates(world: World, params: Params): Eni[] {
  const ids = texts(params, 'NetworkInterfaceId');
  if (ids.length === 0) {
    const bounded = params['MaxResults'] !== undefined || isNarrow(params);
    if (!bounded && world.store.eniCount > world.settings.unpaginatedLimit) {
      throw new ApiError(
        'OperationNotPermitted',
        'The number of network interfaces is too large for a call without pagination: set MaxResults.',
      );
    }
    return world.store.visibleEnis(soleFilterValue(params, 'subnet-id'));
  }
  return findAll('eni', ids, (id) => world.store.visibleEni(id));
}

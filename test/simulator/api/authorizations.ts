import { kindOf } from '../model/ids.ts';
import { partitionOf } from '../model/naming.ts';
import type { Eni, Instance, Tags } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { type Params, structures, text, texts } from './params.ts';
import type { Caller } from './permissions.ts';

/** What IAM is asked: an action on one resource, with what conditions may look at. */
export interface Authorization {
  /** `ec2:AttachNetworkInterface`. */
  action: string;
  /** An ARN; `*` for actions that know no resources. */
  resource: string;
  context: Readonly<Record<string, string | readonly string[]>>;
}

interface Resource {
  /** The ARN after the account. */
  path: string;
  owner?: string;
  tags?: Tags;
  context?: Authorization['context'];
}

/**
 * All that EC2 asks IAM before a call, by the Service Authorization Reference of EC2: the resources that it lists for
 * an action, required and optional ones that the call names, and the condition keys that it lists for them. Resources
 * that are not there are not asked for: the action says so.
 */
export function authorizations(
  world: World,
  name: string,
  params: Params,
  { instanceId }: Caller,
): Authorization[] {
  const { account, region } = world.settings;
  const arnOf = ({ path, owner = account }: Pick<Resource, 'path' | 'owner'>) =>
    `arn:${partitionOf(region)}:ec2:${region}:${owner}:${path}`;
  const common = {
    'ec2:Region': region,
    ...(instanceId === undefined
      ? {}
      : { 'ec2:SourceInstanceARN': arnOf({ path: `instance/${instanceId}` }) }),
  };
  return asked(world, name, params).map(({ action = name, ...resource }) => ({
    action: `ec2:${action}`,
    resource: resource.path === '*' ? '*' : arnOf(resource),
    context: { ...common, ...tagContext('aws:ResourceTag', resource.tags ?? {}), ...resource.context },
  }));
}

function asked(world: World, name: string, params: Params): (Resource & { action?: string })[] {
  switch (name) {
    case 'CreateNetworkInterface':
      return toCreate(world, params);
    case 'AttachNetworkInterface':
      return [...instances(world, text(params, 'InstanceId')), ...enis(world, params)];
    case 'DetachNetworkInterface':
      return world.enis
        .filter(({ attachment }) => attachment?.id === text(params, 'AttachmentId'))
        .flatMap((eni) => [...instances(world, eni.attachment?.instanceId), ofEni(eni)]);
    case 'ModifyNetworkInterfaceAttribute':
      return [
        ...enis(world, params),
        // [?] Optional in the reference: asked for here whenever there is one, which is the stricter reading.
        ...instances(world, found(world, params)?.attachment?.instanceId),
        ...groups(world, params),
      ];
    case 'CreateTags':
    case 'DeleteTags':
      return tagged(world, name, params);
    case 'DeleteNetworkInterface':
    case 'AssignIpv6Addresses':
    case 'AssignPrivateIpAddresses':
    case 'UnassignIpv6Addresses':
    case 'UnassignPrivateIpAddresses':
      return enis(world, params);
    default:
      return [{ path: '*' }];
  }
}

function toCreate(world: World, params: Params): (Resource & { action?: string })[] {
  const request = tagRequest(
    structures(params, 'TagSpecification').flatMap((each) => structures(each, 'Tag')),
  );
  const subnet = world.subnets.get(text(params, 'SubnetId') ?? '');
  return [
    { path: 'network-interface/*', context: request },
    ...(subnet === undefined
      ? []
      : [{ path: `subnet/${subnet.id}`, owner: subnet.ownerId, tags: subnet.tags }]),
    ...groups(world, params),
    ...(params['TagSpecification'] === undefined
      ? []
      : [
          {
            action: 'CreateTags',
            path: 'network-interface/*',
            context: { ...request, 'ec2:CreateAction': 'CreateNetworkInterface' },
          },
        ]),
  ];
}

function tagged(world: World, name: string, params: Params): Resource[] {
  const request = tagRequest(structures(params, 'Tag'));
  return texts(params, 'ResourceId').flatMap((id) => {
    const eni = world.store.findEni(id);
    const instance = world.instances.get(id);
    if (eni !== undefined) {
      return { ...ofEni(eni), context: request };
    }
    if (instance !== undefined) {
      // The reference has the instance's id for CreateTags alone.
      const own = name === 'CreateTags' ? ofInstance(instance).context : {};
      return { ...ofInstance(instance), context: { ...own, ...request } };
    }
    return { path: `${kindOf(id) ?? 'unknown'}/${id}`, context: request };
  });
}

function instances(world: World, id: string | undefined): Resource[] {
  const instance = world.instances.get(id ?? '');
  return instance === undefined ? [] : [ofInstance(instance)];
}

function ofInstance({ id, tags }: Instance): Resource {
  return { path: `instance/${id}`, tags, context: { 'ec2:InstanceID': id } };
}

function found(world: World, params: Params): Eni | undefined {
  return world.store.findEni(text(params, 'NetworkInterfaceId') ?? '');
}

function enis(world: World, params: Params): Resource[] {
  const eni = found(world, params);
  return eni === undefined ? [] : [ofEni(eni)];
}

function ofEni({ id, ownerId, tags }: Eni): Resource {
  return { path: `network-interface/${id}`, owner: ownerId, tags };
}

function groups(world: World, params: Params): Resource[] {
  return texts(params, 'SecurityGroupId').flatMap((id) => {
    const group = world.securityGroups.get(id);
    return group === undefined ? [] : [{ path: `security-group/${id}`, tags: group.tags }];
  });
}

function tagRequest(pairs: readonly Params[]): Authorization['context'] {
  const tags = Object.fromEntries(pairs.map((pair) => [text(pair, 'Key') ?? '', text(pair, 'Value') ?? '']));
  const keys = Object.keys(tags);
  return { ...tagContext('aws:RequestTag', tags), ...(keys.length === 0 ? {} : { 'aws:TagKeys': keys }) };
}

function tagContext(kind: string, tags: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${kind}/${key}`, value]));
}

import type { Eni } from '../claim/facts.ts';
import { type AttributeChanges, attributeChanges } from './attributes.ts';
import { type FirstTry, firstTry } from './first-try.ts';
import { floatingIn } from './node-port.ts';
import { writesOfFormerLife, writesOfNodePort, writesOfUnwanted } from './node-port-writes.ts';
import type { InterfacePlan, NodePortPlan, Plan, Source } from './steps.ts';
import {
  carrierTags,
  claimTags,
  claimTagsOf,
  hasTags,
  isMade,
  missingTags,
  noManage,
  tagKeys,
} from './tags.ts';

/** One EC2 call that changes something, as `plan` lists it. */
export interface Write extends Partial<FirstTry>, AttributeChanges {
  action: string;
  interface?: string;
  eniId?: string;
  instanceId?: string;
  deviceIndex?: number;
  networkCard?: number;
  tags?: Readonly<Record<string, string>>;
}

/** The EC2 writes of a plan, in the order in which `run` starts them for each interface. */
export function writesOf(plan: Plan, instanceId: string, cluster: string | undefined): Write[] {
  return [
    ...plan.surplus.map((eni) => ({ action: 'DeleteNetworkInterface', eniId: eni.id })),
    ...plan.unneeded.flatMap(writesOfHandBack),
    ...writesOfUnwanted(plan),
    ...plan.abandoned.flatMap(({ interface: name, subnetId, address, ipv6Address }) => [
      {
        action: 'CreateNetworkInterface',
        interface: name,
        subnetId,
        ...(address === undefined ? {} : { address }),
        ...(ipv6Address === undefined ? {} : { ipv6Address }),
      },
      { action: 'DeleteNetworkInterface', interface: name },
    ]),
    ...plan.interfaces.flatMap((each) => {
      const nodePort = plan.nodePort.find(({ name, isPrimary }) => !isPrimary && name === each.config.name);
      return writesOfInterface(each, nodePort, instanceId, cluster);
    }),
    ...writesOfNodePort(plan),
  ];
}

/** The tag that tells whose it is goes first: others may take the ENI meanwhile. */
function writesOfHandBack(eni: Eni): Write[] {
  const { [tagKeys.instanceId]: instanceId = '', ...others } = claimTagsOf(eni);
  return [{ [tagKeys.instanceId]: instanceId }, others].map((tags) => ({
    action: 'DeleteTags',
    eniId: eni.id,
    tags,
  }));
}

/** Which ENI is to be claimed, EC2's answer to the attach decides: then what any of them needs is listed. */
function candidatesOf(source: Source): readonly (Eni | undefined)[] {
  if (source.kind !== 'claim') {
    return ['eni' in source ? source.eni : undefined];
  }
  const { own, available } = source;
  return own === undefined && available.length > 0 ? available : [own];
}

/** The floating addresses that the claim's tags name; none where it is not yet known in which subnet it will be. */
function carriedOn(nodePort: NodePortPlan | undefined, candidates: readonly (Eni | undefined)[]): string[] {
  const ids = new Set(candidates.map((each) => each?.subnetId));
  const [subnet, ...others] = nodePort?.subnets.filter(({ id }) => ids.has(id)) ?? [];
  return nodePort === undefined || subnet === undefined || others.length > 0
    ? []
    : floatingIn(nodePort.entries, subnet);
}

function writesOfInterface(
  { config, source, deviceIndex, networkCard }: InterfacePlan,
  nodePort: NodePortPlan | undefined,
  instanceId: string,
  cluster: string | undefined,
): Write[] {
  const eni = 'eni' in source ? source.eni : undefined;
  const isAttached = source.kind === 'attached';
  const target = { interface: config.name, ...(eni === undefined ? {} : { eniId: eni.id }) };
  const candidates = candidatesOf(source);
  const changes = candidates.map((each) => attributeChanges(config, each, isAttached));
  const [deleteOnTermination] = changes.flatMap((each) => each.deleteOnTermination ?? []);
  const [sourceDestCheck] = changes.flatMap((each) => each.sourceDestCheck ?? []);
  const create = firstTry(source);
  const claim = {
    ...claimTags(config.name, instanceId, cluster),
    ...carrierTags(carriedOn(nodePort, candidates)),
  };
  const tags = eni === undefined ? claim : missingTags(eni, { ...noManage, ...claim });
  const isClaim = config.existing !== undefined && !(eni !== undefined && isMade(eni));
  const writes: (Write | undefined | false)[] = [
    create && { action: 'CreateNetworkInterface', interface: config.name, ...create },
    source.kind === 'claim' &&
      !candidates.every((each) => each !== undefined && hasTags(each, noManage)) && {
        action: 'CreateTags',
        ...target,
        tags: noManage,
      },
    !isAttached && { action: 'AttachNetworkInterface', ...target, deviceIndex, networkCard },
    isClaim && Object.keys(tags).length > 0 && { action: 'CreateTags', ...target, tags },
    ...(isClaim
      ? candidates.flatMap((each) =>
          each === undefined ? [] : writesOfFormerLife(each, config.name, nodePort, instanceId),
        )
      : []),
    deleteOnTermination !== undefined && {
      action: 'ModifyNetworkInterfaceAttribute',
      ...target,
      deleteOnTermination,
    },
    sourceDestCheck !== undefined && {
      action: 'ModifyNetworkInterfaceAttribute',
      ...target,
      sourceDestCheck,
    },
  ];
  return writes.filter((each) => each !== undefined && each !== false);
}

import { type AttributeChanges, attributeChanges } from './attributes.ts';
import { type FirstTry, firstTry } from './first-try.ts';
import type { InterfacePlan, Plan } from './steps.ts';
import { claimTags, claimTagsOf, hasTags, isMade, missingTags, noManage } from './tags.ts';

/** One EC2 call that changes something, as `plan` lists it. */
export interface Write extends Partial<FirstTry>, AttributeChanges {
  action: string;
  interface?: string;
  eniId?: string;
  deviceIndex?: number;
  networkCard?: number;
  tags?: Readonly<Record<string, string>>;
}

/** The EC2 writes of a plan, in the order in which `run` starts them for each interface. */
export function writesOf(plan: Plan, instanceId: string, cluster: string | undefined): Write[] {
  return [
    ...plan.surplus.map((eni) => ({ action: 'DeleteNetworkInterface', eniId: eni.id })),
    ...plan.unneeded.map((eni) => ({ action: 'DeleteTags', eniId: eni.id, tags: claimTagsOf(eni) })),
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
    ...plan.interfaces.flatMap((each) => writesOfInterface(each, instanceId, cluster)),
  ];
}

function writesOfInterface(
  { config, source, deviceIndex, networkCard }: InterfacePlan,
  instanceId: string,
  cluster: string | undefined,
): Write[] {
  const eni = 'eni' in source ? source.eni : undefined;
  const isAttached = source.kind === 'attached';
  const target = { interface: config.name, ...(eni === undefined ? {} : { eniId: eni.id }) };
  const { deleteOnTermination, sourceDestCheck } = attributeChanges(config, eni, isAttached);
  const create = firstTry(source);
  const claim = claimTags(config.name, instanceId, cluster);
  const tags = eni === undefined ? claim : missingTags(eni, { ...noManage, ...claim });
  const isClaim = config.existing !== undefined && !(eni !== undefined && isMade(eni));
  const writes: (Write | undefined | false)[] = [
    create && { action: 'CreateNetworkInterface', interface: config.name, ...create },
    // Which ENI it is, EC2's answer to the attach decides: those that have the tag are not tagged.
    source.kind === 'claim' &&
      !source.available.every((each) => hasTags(each, noManage)) && {
        action: 'CreateTags',
        ...target,
        tags: noManage,
      },
    !isAttached && { action: 'AttachNetworkInterface', ...target, deviceIndex, networkCard },
    isClaim && Object.keys(tags).length > 0 && { action: 'CreateTags', ...target, tags },
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

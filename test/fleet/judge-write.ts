import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import type { Life } from './life.ts';
import type { Call } from './region.ts';
import { isSelected } from './workers-part.ts';

const group = 'multus-bootstrap.io';
const claimKeys = ['instance-id', 'interface', 'cluster', 'existing'].map((key) => `${group}/${key}`);
const noManage = 'node.k8s.amazonaws.com/no_manage';

/** Whether the agent has created the ENI for this instance. */
export function isOwn({ tags }: Pick<Eni, 'tags'>, instanceId: string): boolean {
  return tags[`${group}/created`] === 'true' && tags[`${group}/instance-id`] === instanceId;
}

/** The ENI that a call names, by its id or its attachment's. */
export function namedEni(world: World, { params }: Call): Eni | undefined {
  const { NetworkInterfaceId: id, AttachmentId: attachmentId, ResourceId: resources } = params;
  const [resource] = Array.isArray(resources) ? resources : [];
  const named = [id, resource].find((each) => typeof each === 'string');
  return typeof named === 'string'
    ? world.store.findEni(named)
    : world.enis.find(({ attachment }) => attachment !== undefined && attachment.id === attachmentId);
}

/**
 * Nothing foreign is touched: what is wrong with a write that has taken effect, by the ENI as it was before.
 *
 * @param life whose agent made it; undefined for sweep
 */
export function writeFault(
  world: World,
  life: Life | undefined,
  { action, params }: Call,
  before: Eni | undefined,
): string | undefined {
  if (before === undefined) {
    return 'is on an ENI that is not there';
  }
  if (before.requesterManaged || before.hidden) {
    return `is on ${before.id}, which is a stranger's`;
  }
  return life === undefined
    ? sweepFault(world, action, before)
    : (nodeFault(life, action, before) ?? tagFault(action, params, before));
}

function nodeFault(life: Life, action: string, before: Eni): string | undefined {
  const {
    instanceId,
    plan,
    group: { config },
  } = life;
  const own = isOwn(before, instanceId);
  const selected = config.interfaces.some(
    (each) => each.existing !== undefined && isSelected(before, each, plan.zone),
  );
  if (!own && !selected) {
    return `is on ${before.id}, which is neither its own nor selected`;
  }
  // Of a node that dies, what is on its way gets there.
  const { instanceId: holder = life.isAlive ? 'nobody' : instanceId } = before.attachment ?? {};
  const isHere = holder === instanceId;
  switch (action) {
    case 'DeleteNetworkInterface':
      return own ? undefined : `deletes ${before.id}, which was made beforehand`;
    case 'AttachNetworkInterface':
      return undefined;
    case 'DetachNetworkInterface':
    case 'ModifyNetworkInterfaceAttribute':
      return isHere ? undefined : `is on ${before.id}, which ${holder} holds`;
    default:
      return undefined;
  }
}

/** Of what others hold, only tags that every node sets alike are touched, and this node's own. */
function tagFault(action: string, { Tag }: Call['params'], before: Eni): string | undefined {
  if (!action.endsWith('Tags')) {
    return undefined;
  }
  const keys = Array.isArray(Tag)
    ? Tag.flatMap((each) => (typeof each === 'object' && 'Key' in each ? [each.Key] : []))
    : [];
  const wrong = keys.find((key) => typeof key !== 'string' || ![...claimKeys, noManage].includes(key));
  return wrong === undefined ? undefined : `touches the tag ${wrong} of ${before.id}`;
}

function sweepFault(world: World, action: string, before: Eni): string | undefined {
  const owner = before.tags[`${group}/instance-id`] ?? '';
  const state = world.instances.get(owner)?.state;
  const isDead = state === undefined || state === 'terminated';
  if (action === 'DeleteNetworkInterface') {
    return isDead && before.tags[`${group}/created`] === 'true'
      ? undefined
      : `deletes ${before.id} of ${owner}, which is ${state}`;
  }
  return before.tags[`${group}/created`] === 'true'
    ? `is on ${before.id}, which was not made beforehand`
    : undefined;
}

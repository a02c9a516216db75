import type { InterfaceConfig } from '../../agent/config/model.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { enisOf } from './judge-create.ts';
import { attachedFor, gateFault } from './judge-gate.ts';
import type { Life } from './life.ts';
import { hasTags } from './workers-part.ts';

const group = 'multus-bootstrap.io';

/** What is wrong, once all is over, with what a node has whose last run succeeded. */
export function stateFault(world: World, life: Life): string | undefined {
  const { config } = life.group;
  const ofInterfaces = config.interfaces.map((each) => interfaceFault(world, life, each));
  return gateFault(world, life) ?? ofInterfaces.find((each) => each !== undefined) ?? leftOver(world, life);
}

function interfaceFault(world: World, life: Life, config: InterfaceConfig): string | undefined {
  const [eni] = attachedFor(world, life, config);
  if (eni?.attachment === undefined) {
    return `${config.name} has no ENI`;
  }
  const { attachment, sourceDestCheck, tags, id } = eni;
  const { status, deleteOnTermination, networkCard } = attachment;
  const said = (wanted: boolean | undefined, is: boolean) => wanted === undefined || wanted === is;
  if (status !== 'attached') {
    return `${id} of ${config.name} is ${status}`;
  }
  if (!said(config.deleteOnTermination, deleteOnTermination)) {
    return `${id} of ${config.name} has DeleteOnTermination ${deleteOnTermination}`;
  }
  if (!said(config.sourceDestCheck, sourceDestCheck)) {
    return `${id} of ${config.name} has SourceDestCheck ${sourceDestCheck}`;
  }
  if (networkCard !== config.networkCard) {
    return `${id} of ${config.name} is on network card ${networkCard}`;
  }
  return hasTags(tags, tagsOf(life, config))
    ? undefined
    : `${id} of ${config.name} has the tags ${JSON.stringify(tags)}`;
}

function tagsOf({ instanceId, group: { config } }: Life, { name, existing, ...wanted }: InterfaceConfig) {
  const { cluster } = config;
  const own = {
    'node.k8s.amazonaws.com/no_manage': 'true',
    [`${group}/instance-id`]: instanceId,
    [`${group}/interface`]: name,
    ...(cluster === undefined ? {} : { [`${group}/cluster`]: cluster }),
  };
  return existing === undefined
    ? {
        Name: [cluster, instanceId, name].filter((part) => part !== undefined).join('/'),
        ...('tags' in wanted ? wanted.tags : {}),
        ...own,
        [`${group}/created`]: 'true',
      }
    : { ...existing.tags, ...own, [`${group}/existing`]: 'true' };
}

/** What a living node has left that nothing uses. */
function leftOver(world: World, { instanceId }: Pick<Life, 'instanceId'>): string | undefined {
  const [available] = enisOf(world, instanceId).filter(({ attachment }) => attachment === undefined);
  const [claimed] = world.enis.filter(
    (eni) => eni.attachment?.instanceId !== instanceId && claims(eni, instanceId),
  );
  return (
    (available && `${available.id} is available and of no use`) ??
    (claimed && `${claimed.id}, which it has not, bears its tags`)
  );
}

function claims({ tags }: Eni, instanceId: string): boolean {
  return tags[`${group}/instance-id`] === instanceId && tags[`${group}/existing`] === 'true';
}

/** What is left of the dead after a sweep, or has gone that was none of theirs. */
export function sweptFault(world: World, neighbours: readonly Eni[]): string | undefined {
  // Records are never changed in place.
  const changed = neighbours.find((eni) => world.store.findEni(eni.id) !== eni);
  if (changed !== undefined) {
    return `${changed.id}, which is no node's, is not what it was`;
  }
  const isDead = (instanceId: string | undefined) =>
    instanceId !== undefined && (world.instances.get(instanceId)?.state ?? 'terminated') === 'terminated';
  const left = world.enis.find(({ tags }) => isDead(tags[`${group}/instance-id`]));
  if (left !== undefined) {
    return `${left.id} is left of ${left.tags[`${group}/instance-id`]}`;
  }
  const half = world.enis.find(
    ({ tags }) => tags[`${group}/existing`] === 'true' && tags[`${group}/instance-id`] === undefined,
  );
  return half && `${half.id} bears half a claim`;
}

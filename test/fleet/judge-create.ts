import { createRequest } from '../../agent/commands/run/intent.ts';
import type { CreatedInterface } from '../../agent/config/model.ts';
import { text } from '../simulator/api/params.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { isOwn } from './judge-write.ts';
import type { Life } from './life.ts';
import type { Call } from './region.ts';
import { fault, freeIn, subnetsOf } from './workers-part.ts';

/** The intent on the disk that a create stands for, and the interface that it is for. */
function intentOf({ node, group }: Life, { params }: Call) {
  const token = text(params, 'ClientToken');
  const intents = [...(node?.machine.intents.values() ?? [])].flatMap(({ intent }) =>
    intent.kind === 'create' ? intent : [],
  );
  const intent = intents.find((each) => createRequest(each).clientToken === token);
  const wanted = group.config.interfaces.find(({ name }) => name === intent?.interface);
  const others = intents.filter((each) => each !== intent).flatMap(({ address }) => address ?? []);
  return { intent, wanted: wanted?.existing === undefined ? wanted : undefined, others };
}

/** What is wrong with a create that has taken effect. */
export function createFault(world: World, life: Life, call: Call): string | undefined {
  const { params } = call;
  const { intent, wanted } = intentOf(life, call);
  if (intent === undefined) {
    return life.hasNewDisk ? undefined : 'has no intent on the disk';
  }
  if (wanted === undefined) {
    return `is for ${intent.interface}, which wants no ENI of ours`;
  }
  const subnet = subnetsOf(world, wanted, life.plan.zone).find(({ id }) => id === params['SubnetId']);
  if (subnet === undefined) {
    return `is in ${params['SubnetId']}, which is not among the subnets of ${wanted.name} in ${life.plan.zone}`;
  }
  const address = text(params, 'PrivateIpAddress');
  if (wanted.ipv4.mode === 'FirstFree' && address === undefined) {
    return 'names no address';
  }
  const wrong =
    wanted.ipv4.mode === 'FirstFree' && address !== undefined
      ? fault(subnet, address, wanted.ipv4)
      : undefined;
  return wrong === undefined ? doubled(world, life, wanted) : `is at ${address}, which ${wrong}`;
}

/** What is wrong with the first create for an interface of a node that is alone, right before its effect. */
export function firstTryFault(world: World, life: Life, call: Call): string | undefined {
  const { intent, wanted, others } = intentOf(life, call);
  const before = [...(life.run?.named ?? []), ...others];
  life.run?.named.add(text(call.params, 'PrivateIpAddress') ?? '');
  const subnet = world.subnets.get(text(call.params, 'SubnetId') ?? '');
  if (intent === undefined || wanted?.ipv4.mode !== 'FirstFree' || subnet === undefined) {
    return undefined;
  }
  if (life.run === undefined || life.run.tried.has(wanted.name)) {
    return undefined;
  }
  life.run.tried.add(wanted.name);
  const [lowest] = freeIn(
    subnet,
    wanted.ipv4,
    before.length + 1,
    (id) => world.store.findEni(id)?.hidden === true,
  ).filter((each) => !before.includes(each));
  return lowest === intent.address
    ? undefined
    : `names ${intent.address} first, though ${lowest} is the lowest that is free and nobody else is there`;
}

/** Never two ENIs for one interface, unless the disk that told of the first is gone. */
function doubled(
  world: World,
  { instanceId, hasNewDisk }: Life,
  { name }: CreatedInterface,
): string | undefined {
  const own = enisOf(world, instanceId, name);
  return own.length > 1 && !hasNewDisk
    ? `makes a second one: ${own.map(({ id }) => id).join(', ')} are all of ${name} of ${instanceId}`
    : undefined;
}

/** The ENIs that the agent has made for an interface of an instance. */
export function enisOf(world: World, instanceId: string, name?: string): Eni[] {
  return world.enis.filter(
    (eni) =>
      isOwn(eni, instanceId) && (name === undefined || eni.tags['multus-bootstrap.io/interface'] === name),
  );
}

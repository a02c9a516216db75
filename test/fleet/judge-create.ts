import { createRequest } from '../../agent/commands/run/intent.ts';
import type { CreatedInterface } from '../../agent/config/model.ts';
import { text } from '../simulator/api/params.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { isOwn } from './judge-write.ts';
import type { Life } from './life.ts';
import type { Call } from './region.ts';
import { fault, freeIn, subnetsOf, versions } from './workers-part.ts';

/** The intent on the disk that a create stands for, and the interface that it is for. */
function intentOf({ node, group }: Life, { params }: Call) {
  const token = text(params, 'ClientToken');
  const intents = [...(node?.machine.intents.values() ?? [])].flatMap(({ intent }) =>
    intent.kind === 'create' ? intent : [],
  );
  const intent = intents.find((each) => createRequest(each).clientToken === token);
  const wanted = group.config.interfaces.find(({ name }) => name === intent?.interface);
  const others = intents
    .filter((each) => each !== intent)
    .flatMap(({ address, ipv6Address }) => [address, ipv6Address].filter((one) => one !== undefined));
  return { intent, wanted: wanted?.existing === undefined ? wanted : undefined, others };
}

function ipv6In({ params: { Ipv6Addresses } }: Call): string | undefined {
  const [first] = Array.isArray(Ipv6Addresses) ? Ipv6Addresses : [];
  return typeof first === 'object' && 'Ipv6Address' in first ? text(first, 'Ipv6Address') : undefined;
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
  const named = { ipv4: text(params, 'PrivateIpAddress'), ipv6: ipv6In(call) };
  for (const version of versions.filter((each) => wanted[each].mode === 'FirstFree')) {
    const { [version]: address } = named;
    if (address === undefined) {
      return 'names no address';
    }
    const wrong = fault(subnet, address, wanted[version], version);
    if (wrong !== undefined) {
      return `is at ${address}, which ${wrong}`;
    }
  }
  return doubled(world, life, wanted);
}

/** What is wrong with the first create for an interface of a node that is alone, right before its effect. */
export function firstTryFault(world: World, life: Life, call: Call): string | undefined {
  const { intent, wanted, others } = intentOf(life, call);
  const { run } = life;
  const before = [...(run?.named ?? []), ...others];
  const named = { ipv4: text(call.params, 'PrivateIpAddress'), ipv6: ipv6In(call) };
  for (const address of [named.ipv4, named.ipv6]) {
    run?.named.add(address ?? '');
  }
  const subnet = world.subnets.get(text(call.params, 'SubnetId') ?? '');
  if (intent === undefined || wanted === undefined || subnet === undefined || run === undefined) {
    return undefined;
  }
  // What an earlier run was about to create is tried first, wherever that was.
  if (run.tried.has(wanted.name) || run.hasOpen) {
    return undefined;
  }
  run.tried.add(wanted.name);
  const isUnseen = (id: string) => world.store.findEni(id)?.hidden === true;
  for (const version of versions.filter((each) => wanted[each].mode === 'FirstFree')) {
    const free = freeIn(subnet, wanted[version], before.length + 1, isUnseen, version);
    const lowest = free.find((each) => !before.includes(each));
    if (lowest !== named[version]) {
      return `names ${named[version]} first, though ${lowest} is the lowest that is free and nobody else is there`;
    }
  }
  return undefined;
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

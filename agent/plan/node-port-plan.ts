import type { NodeConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { maximumLinks } from '../host/node-port/layout.ts';
import { claimsAhead, launchedBefore } from './contenders.ts';
import { addressesIn, carries, checkAddresses, checkCount, noneInside } from './node-port.ts';
import { holderOf } from './node-port-holders.ts';
import { movable } from './node-port-immovable.ts';
import { subnetOf } from './node-port-outlook.ts';
import { onPrimary } from './node-port-primary.ts';
import { checkRoom } from './node-port-room.ts';
import { forgotten } from './node-port-warnings.ts';
import type { Observation } from './observation.ts';
import type { InterfacePlan, NodePortPlan, Source } from './steps.ts';
import { listedIds } from './subnet-selection.ts';

/**
 * What is to be done about NodePort addresses, link by link. Throws a `Failure` for a link that cannot carry them, and for
 * addresses that can never come to be there (3), and for more than an ENI carries (6).
 */
export function nodePortPlans(
  config: NodeConfig,
  planned: readonly InterfacePlan[],
  seen: Observation,
): NodePortPlan[] {
  if (config.nodePort.length === 0) {
    return [];
  }
  const links = [
    ...planned.flatMap(({ config: { name, nodePort: entries = [] }, source }) =>
      entries.length === 0 ? [] : [{ name, entries, isPrimary: false, ...placeOf(source, seen) }],
    ),
    ...onPrimary(config, seen),
  ];
  if (links.length > maximumLinks) {
    throw new Failure(
      ExitCode.configuration,
      `spec.nodePort names ${links.length} interfaces, and ${maximumLinks} can carry NodePort addresses: put those of ` +
        'several on one',
    );
  }
  return links.map((link) => {
    const plan = planOf(link, config, seen);
    const subnet = subnetOf(plan, planned);
    const more = subnet === undefined ? [] : forgotten(plan.name, plan.entries, subnet);
    return { ...plan, warnings: [...plan.warnings, ...more] };
  });
}

type Place = Pick<NodePortPlan, 'eni' | 'subnets'>;
type Link = Place & Pick<NodePortPlan, 'name' | 'isPrimary' | 'entries'>;

function planOf(link: Link, config: NodeConfig, seen: Observation): NodePortPlan {
  const { name, isPrimary, eni } = link;
  const subnets = link.subnets.filter((subnet) => carries(link.entries, subnet));
  if (link.subnets.length > 0 && subnets.length === 0) {
    const faults = link.subnets.map((subnet) => noneInside(link.entries, subnet));
    throw new Failure(ExitCode.configuration, `${name}: ${faults.join('; ')}: add addresses of that subnet`);
  }
  let { entries } = link;
  const warnings: string[] = [];
  for (const subnet of subnets) {
    checkAddresses(name, entries, subnet);
    const left = movable(name, entries, subnet, seen.enis);
    entries = left.entries;
    warnings.push(...left.warnings);
    checkCount(name, entries, subnet);
    checkRoom({ name, eni, entries }, config, subnet, seen);
  }
  const before = launchedBefore(seen.launches, seen.instance.instanceId)
    .filter(({ zone }) => zone === seen.instance.zone)
    .map(({ instanceId }) => instanceId);
  const created = config.interfaces.filter((each) => each.existing === undefined);
  return {
    name,
    isPrimary,
    eni,
    entries,
    warnings,
    subnets,
    listed: seen.isCut ? [] : created.flatMap((each) => listedIds(each, seen.subnets)),
    holders: seen.enis.filter((eni) =>
      subnets.some((subnet) => addressesIn(entries, subnet).some((each) => holderOf(each, [eni]))),
    ),
    leaving: [],
    ahead: before,
    // The primary ENI, which every node has, tells nothing.
    booting: isPrimary ? before : claimsAhead(seen, [name]).map(({ instanceId }) => instanceId),
  };
}

/** Where the interface's ENI is, or may come to be. */
function placeOf(source: Source, seen: Observation): Place {
  const among = (ids: readonly string[]) => seen.subnets.filter(({ id }) => ids.includes(id));
  if ('eni' in source) {
    return { eni: source.eni, subnets: among([source.eni.subnetId]) };
  }
  if ('choices' in source) {
    return { eni: undefined, subnets: among(source.choices.map(({ subnetId }) => subnetId)) };
  }
  if (source.own !== undefined) {
    return { eni: source.own, subnets: among([source.own.subnetId]) };
  }
  // One that becomes available while the run waits may be in any of them.
  const { zone, vpcId } = seen.instance;
  return {
    eni: undefined,
    subnets: seen.subnets.filter((each) => each.zone === zone && each.vpcId === vpcId),
  };
}

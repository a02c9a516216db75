import type { Subnet } from '../claim/facts.ts';
import type { CreatedInterface } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { Observation } from './observation.ts';
import { hasTags } from './tags.ts';

/** The ids of the subnets that the configuration lists, by id or by tags, in whatever zone. */
export function listedIds(
  { subnets, subnetTags }: CreatedInterface,
  known: readonly Subnet[],
): readonly string[] {
  return subnetTags === undefined
    ? subnets
    : known
        .filter((each) => hasTags(each, subnetTags))
        .map(({ id }) => id)
        .toSorted();
}

/**
 * The subnets of the interface's configuration that are in this node's zone. Throws a `Failure` (3) for a subnet
 * that does not exist or is of another VPC, for tags that no subnet has, and for none in the zone.
 */
export function subnetsInZone(config: CreatedInterface, seen: Observation): Subnet[] {
  const { zone } = seen.instance;
  const subnets = config.subnetTags === undefined ? byId(config, seen) : byTags(config, seen);
  const inZone = subnets.filter((subnet) => subnet.zone === zone);
  if (inZone.length === 0) {
    const where = subnets.map((subnet) => `${subnet.id} is in ${subnet.zone}`).join(', ');
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: none of its subnets is in this node's zone ${zone}: ${where}. Add a subnet of ${zone}, or launch the node elsewhere`,
    );
  }
  const foreign = inZone.find(({ vpcId }) => vpcId !== seen.instance.vpcId);
  if (foreign !== undefined) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: ${foreign.id} is of ${foreign.vpcId}, and this node of ${seen.instance.vpcId}: list a subnet of the node's own VPC`,
    );
  }
  return inZone;
}

function byId(config: CreatedInterface, seen: Observation): Subnet[] {
  const known = config.subnets.map((id) => ({ id, subnet: seen.subnets.find((each) => each.id === id) }));
  const missing = known.filter(({ subnet }) => subnet === undefined).map(({ id }) => id);
  if (missing.length > 0) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: EC2 does not know ${missing.join(', ')} in ${seen.instance.region}: correct interfaces[].subnets (or share the subnet with this account)`,
    );
  }
  return known.flatMap(({ subnet }) => subnet ?? []);
}

/** Those of the node's own VPC: other clusters may use the same tags in theirs. */
function byTags({ name, subnetTags = {} }: CreatedInterface, seen: Observation): Subnet[] {
  const { region, vpcId } = seen.instance;
  const found = seen.subnets
    .filter((each) => each.vpcId === vpcId && hasTags(each, subnetTags))
    .toSorted(byItsId);
  if (found.length === 0) {
    throw new Failure(
      ExitCode.configuration,
      `${name}: no subnet of ${vpcId} in ${region} has the tags ${tagText(subnetTags)}: correct interfaces[].subnetTags or ` +
        'tag the subnets. In a subnet shared by another account its tags cannot be seen: name such subnets by id',
    );
  }
  return found;
}

/** EC2 lists them in no order that it promises, and where two have the same room the first counts, on every node. */
function byItsId(a: Subnet, b: Subnet): number {
  return a.id < b.id ? -1 : 1;
}

/** `multus=true, cluster=my-cluster`, for messages. */
export function tagText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

import type { Subnet } from '../../claim/facts.ts';
import type { InterfaceConfig } from '../../config/model.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { Identity } from '../../imds/port.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { type AskContext, ask } from '../run/ask.ts';
import { byId } from '../run/configured.ts';
import { listTagged } from '../run/list-enis.ts';
import type { NodeViewpoint } from './viewpoint.ts';

/** The subnets of these ids, in their order. Throws a `Failure` (3) that names those which EC2 does not know. */
export async function namedSubnets(
  context: AskContext,
  ids: readonly string[],
  region: string,
): Promise<Subnet[]> {
  const found = await ask(context, `look up ${ids.join(', ')}`, (signal) =>
    context.ec2.describeSubnets({ ids }, signal),
  );
  const unknown = ids.filter((id) => found.every((subnet) => subnet.id !== id));
  if (unknown.length > 0) {
    throw new Failure(
      ExitCode.configuration,
      `EC2 does not know ${unknown.join(', ')} in ${region}: correct the ids, or set AWS_REGION to where they are (or share the subnet with this account)`,
    );
  }
  return ids.flatMap((id) => found.find((subnet) => subnet.id === id) ?? []);
}

/**
 * The subnets that the configuration's interfaces may use on this node, each once, in the interfaces' order; of ENIs
 * made beforehand, those in which such ENIs are. Throws a `Failure` (3) where there is none.
 */
export async function configuredSubnets(
  context: AskContext,
  { identity, region, interfaces }: NodeViewpoint,
): Promise<Subnet[]> {
  const lists = await Promise.all(
    interfaces.map((each) => subnetsOf(context, { ...identity, region }, each)),
  );
  const inZone = lists.flat().filter(({ zone }) => zone === identity.zone);
  const subnets = byId(inZone);
  if (subnets.length === 0) {
    throw new Failure(
      ExitCode.configuration,
      `none of the configuration's interfaces has a subnet in this node's zone ${identity.zone}: correct spec.interfaces, or name the subnets to draw, multus-bootstrap map subnet-0a1b2c3d4e5f60718`,
    );
  }
  return subnets;
}

async function subnetsOf(
  context: AskContext,
  identity: Identity,
  config: InterfaceConfig,
): Promise<Subnet[]> {
  const { vpcId, region } = identity;
  if (config.existing !== undefined) {
    const enis = await listTagged(context, config.existing.tags, identity);
    const ids = [...new Set(enis.map(({ subnetId }) => subnetId))];
    return ids.length === 0 ? [] : namedSubnets(context, ids, region);
  }
  const { subnets, subnetTags: tags } = config;
  if (tags === undefined) {
    return namedSubnets(context, subnets, region);
  }
  return ask(context, `look up the subnets of ${vpcId} with the tags ${tagText(tags)}`, (signal) =>
    context.ec2.describeSubnets({ vpcId, tags }, signal),
  );
}

import type { Subnet } from '../../../claim/facts.ts';
import { isAttached } from '../../../plan/eni-source.ts';
import type { Observation } from '../../../plan/observation.ts';
import { ask } from '../ask.ts';
import { byId, distinct } from '../configured.ts';
import type { RunContext } from '../context.ts';

/**
 * All subnets of the node's VPC, where NodePort addresses are for an ENI whose subnet nobody has configured: one made
 * beforehand, or the primary one. Asked for beside the rest, it costs no round trip.
 */
export async function subnetsOfVpc(context: RunContext): Promise<Subnet[]> {
  const { config, instance } = context;
  const created = config.interfaces.filter(({ existing }) => existing === undefined).map(({ name }) => name);
  return config.nodePort.every((entry) => created.includes(entry.interface))
    ? []
    : ask(context, `list the subnets of ${instance.vpcId}`, (signal) =>
        context.ec2.describeSubnets({ vpcId: instance.vpcId, tags: {} }, signal),
      );
}

/** The same for ENIs that are attached in subnets that are not configured any more: a round trip that hardly any run needs. */
export async function withSubnets(context: RunContext, seen: Observation): Promise<Observation> {
  const { config, instance } = context;
  const known = seen.subnets.map(({ id }) => id);
  const missing =
    config.nodePort.length === 0
      ? []
      : seen.enis
          .filter((eni) => isAttached(eni, instance.instanceId) && eni.mac !== instance.primaryMac)
          .map(({ subnetId }) => subnetId)
          .filter((id) => !known.includes(id));
  if (missing.length === 0) {
    return seen;
  }
  const ids = distinct(missing);
  const more = await ask(context, `look up ${ids.join(', ')}`, (signal) =>
    context.ec2.describeSubnets({ ids }, signal),
  );
  return { ...seen, subnets: byId([...seen.subnets, ...more]) };
}

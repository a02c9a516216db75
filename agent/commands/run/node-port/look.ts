import { addressesPerQuery } from '../../../claim/candidates.ts';
import type { Eni } from '../../../claim/facts.ts';
import { versionOf } from '../../../claim/free.ts';
import { without } from '../../../plan/node-port-unwanted.ts';
import type { NodePortPlan } from '../../../plan/steps.ts';
import { ask } from '../ask.ts';
import { byId } from '../configured.ts';
import type { RunContext } from '../context.ts';

/** The ENIs of the subnet that hold any of the addresses, as EC2 lists them, without what has been taken off them. */
export async function lookWhoHolds(
  context: RunContext,
  { name, leaving }: Pick<NodePortPlan, 'name' | 'leaving'>,
  subnetId: string,
  addresses: readonly string[],
): Promise<Eni[]> {
  const queries = [...Map.groupBy(addresses, versionOf).values()].flatMap((ofVersion) =>
    Array.from({ length: Math.ceil(ofVersion.length / addressesPerQuery) }, (_, n) =>
      ofVersion.slice(n * addressesPerQuery, (n + 1) * addressesPerQuery),
    ),
  );
  const lists = await Promise.all(
    queries.map((some) =>
      ask(context, `look who holds the NodePort addresses of ${name}`, (signal) =>
        context.ec2.describeEnis({ subnetIds: [subnetId], addresses: some }, signal),
      ),
    ),
  );
  return without(byId(lists.flat()), leaving);
}

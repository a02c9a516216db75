import type { Eni, Subnet } from '../../../claim/facts.ts';
import { ExitCode, Failure } from '../../../failure.ts';
import type { NodePortAddress, NodePortLink } from '../../../nodeport/setup.ts';
import { addressesIn, wantedIn } from '../../../plan/node-port.ts';
import { movable } from '../../../plan/node-port-immovable.ts';
import { forgotten } from '../../../plan/node-port-warnings.ts';
import type { NodePortPlan } from '../../../plan/steps.ts';
import { carrierTags, isMade, primaryTags } from '../../../plan/tags.ts';
import type { RunContext } from '../context.ts';
import { together } from '../together.ts';
import { tagCarrier } from './carrier-tags.ts';
import { claimFloating } from './floating.ts';
import { lookWhoHolds } from './look.ts';
import { claimPerNode } from './per-node.ts';

/** One link's addresses on their way. */
export interface AddressWork {
  plan: NodePortPlan;
  subnet: Subnet;
  eni: Eni;
  /** What the ENI held as it was seen last, but for its primary address. */
  own: readonly string[];
  /** What earlier runs were about to assign to it. */
  earlier: readonly string[];
  /** Those that hold any of the link's addresses, as they were seen last. */
  holders: readonly Eni[];
  /** Puts it on the disk that the address may be assigned to the ENI by this instance. */
  note(addresses: readonly string[]): Promise<void>;
}

/**
 * Has EC2 assign to the ENI what this node is to have of its NodePort addresses: one of each `PerNode` list, and those of
 * the floating ones that nobody holds. Answers with what its link is to carry. Throws a `Failure`.
 *
 * @param others resolves once the other interfaces have their devices, or have failed: until then this node does not answer
 *   at a floating address, and another may
 * @param claimed resolves once the claim of an ENI made beforehand has tagged it
 */
export async function claimNodePort(
  context: RunContext,
  plan: NodePortPlan,
  eni: Eni,
  others: Promise<unknown>,
  claimed: Promise<void> = Promise.resolve(),
): Promise<NodePortLink> {
  const { name, isPrimary } = plan;
  const subnet = plan.subnets.find(({ id }) => id === eni.subnetId);
  if (subnet === undefined) {
    throw new Failure(
      ExitCode.configuration,
      `${name}: no address of spec.nodePort is inside ${eni.subnetId}, the subnet of ${eni.id}: add addresses of that ` +
        'subnet',
    );
  }
  const work = await begin(context, plan, eni, subnet);
  // Of a subnet that the plan has not listed, or not known to be the one, it comes out only now.
  const { entries, warnings } = movable(name, plan.entries, subnet, work.holders);
  for (const warning of [...warnings, ...forgotten(name, plan.entries, subnet)]) {
    if (!plan.warnings.includes(warning)) {
      context.log.warn(warning);
    }
  }
  const { floating, perNode } = wantedIn(entries, subnet);
  const names = floating.map(({ address }) => address);
  // The watcher may take over each of them later.
  await work.note(names);
  // The claim of an ENI made beforehand tags it, its creation those of ours. By the tag other nodes' watchers know a holder
  // for one of theirs: it comes first.
  const tagged =
    isPrimary || isMade(eni)
      ? tagCarrier(context, name, eni, isPrimary ? primaryTags(names) : carrierTags(names))
      : claimed;
  const [, ...own] = await together([
    Promise.all([tagged, others]).then(() =>
      Promise.all(names.map((each) => claimFloating(context, work, each))),
    ),
    ...perNode.map((list) => claimPerNode(context, work, list)),
  ]);
  const addresses: NodePortAddress[] = [
    ...floating,
    ...own.map((address) => ({ address, mode: 'PerNode' as const })),
  ];
  const cidrs = [...(subnet.cidr === undefined ? [] : [subnet.cidr]), ...subnet.ipv6Cidrs];
  const { id: eniId, mac, subnetId } = eni;
  return { name, mac, eniId, subnetId, cidrs, isPrimary, addresses };
}

async function begin(
  context: RunContext,
  plan: NodePortPlan,
  eni: Eni,
  subnet: Subnet,
): Promise<AddressWork> {
  const { host, instance } = context;
  const { entries, holders } = plan;
  const { instanceId } = instance;
  // One made beforehand, for which the run may have waited, may have been another node's when the listing was made.
  const isListed = plan.listed.includes(subnet.id) && (plan.eni !== undefined || isMade(eni));
  const [claims, seen] = await Promise.all([
    host.nodePortFiles.claims(instanceId),
    isListed ? holders : lookWhoHolds(context, plan, subnet.id, addressesIn(entries, subnet)),
  ]);
  const earlier = claims.filter(({ eniId }) => eniId === eni.id).map(({ address }) => address);
  const noted = new Set(earlier);
  const last = seen.find(({ id }) => id === eni.id) ?? eni;
  return {
    plan,
    subnet,
    eni,
    own: [...last.addresses.slice(1), ...last.ipv6Addresses],
    earlier,
    holders: seen,
    async note(addresses) {
      const isNew = addresses.some((address) => !noted.has(address));
      for (const address of addresses) {
        noted.add(address);
      }
      if (isNew) {
        await host.nodePortFiles.writeClaims(instanceId, eni.id, [...noted]);
      }
    },
  };
}

import type { Eni } from '../claim/facts.ts';
import { wantedIn } from './node-port.ts';
import { hasSecondary } from './node-port-holders.ts';
import type { NodePortPlan } from './steps.ts';
import { carriedBy, isClaimed, tagKeys } from './tags.ts';

/** What an ENI made beforehand has kept from a node that is gone, and is not to keep on this one. */
export interface FormerLife {
  /** NodePort addresses, which nobody else can be given. */
  addresses: readonly string[];
  /** By which other nodes would hand this one addresses that it does not carry. */
  tags: Readonly<Record<string, string>>;
}

/** The floating addresses that the ENI has still: by its tag, those that its node carried. */
export function carriedBefore(eni: Eni): string[] {
  const {
    addresses: [, ...secondary],
    ipv6Addresses,
  } = eni;
  const carried = carriedBy(eni);
  return [...secondary, ...ipv6Addresses].filter((address) => carried.includes(address));
}

/** What is to be ended of it once the ENI is this instance's. */
export function formerLife(eni: Eni, plan: NodePortPlan | undefined, instanceId: string): FormerLife {
  const subnet = plan?.subnets.find(({ id }) => id === eni.subnetId);
  const { floating, perNode } =
    plan === undefined || subnet === undefined
      ? { floating: [], perNode: [] }
      : wantedIn(plan.entries, subnet);
  const { [tagKeys.nodePort]: value } = eni.tags;
  return {
    // Those of this instance are among the claims on its disk.
    addresses: isClaimed(eni, instanceId) ? [] : inVain(eni, floating, perNode),
    tags: value === undefined || floating.length > 0 ? {} : { [tagKeys.nodePort]: value },
  };
}

/** All that nothing here wants: of each `PerNode` list a node has one. */
function inVain(
  eni: Eni,
  floating: readonly { address: string }[],
  perNode: readonly (readonly string[])[],
): string[] {
  const ofLists = perNode.map((list) => list.filter((address) => hasSecondary(eni, address)));
  const wanted = [...floating.map(({ address }) => address), ...ofLists.flatMap((list) => list.slice(0, 1))];
  const kept = new Set([...carriedBefore(eni), ...ofLists.flat()]);
  return [...kept].filter((address) => !wanted.includes(address));
}

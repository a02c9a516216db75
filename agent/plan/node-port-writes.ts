import type { Eni } from '../claim/facts.ts';
import { isIpv6 } from '../claim/range.ts';
import { floatingIn } from './node-port.ts';
import { formerLife } from './node-port-former.ts';
import { outlooks } from './node-port-outlook.ts';
import type { NodePortPlan, Plan } from './steps.ts';
import { carrierTags, isMade, missingTags, primaryTags } from './tags.ts';
import type { Write } from './writes.ts';

/** The EC2 calls that take NodePort addresses off which nothing wants any more. */
export function writesOfUnwanted({ unwanted }: Pick<Plan, 'unwanted'>): Write[] {
  return unwanted.map(({ eniId, address }) => unassigning(eniId, address));
}

/** Those that end what an ENI made beforehand has kept from its last node. */
export function writesOfFormerLife(
  eni: Eni,
  name: string,
  plan: NodePortPlan | undefined,
  instanceId: string,
): Write[] {
  const { addresses, tags } = formerLife(eni, plan, instanceId);
  return [
    ...(Object.keys(tags).length === 0
      ? []
      : [{ action: 'DeleteTags', interface: name, eniId: eni.id, tags }]),
    ...addresses.map((address) => ({ ...unassigning(eni.id, address), interface: name })),
  ];
}

function unassigning(eniId: string, address: string): Write {
  return {
    action: isIpv6(address) ? 'UnassignIpv6Addresses' : 'UnassignPrivateIpAddresses',
    eniId,
    ...named(address),
  };
}

/** Those that assign them. */
export function writesOfNodePort(plan: Pick<Plan, 'nodePort' | 'interfaces'>): Write[] {
  const assigned = outlooks(plan).filter(({ outcome }) => outcome.startsWith('assigned'));
  return [
    ...plan.nodePort.flatMap(writesOfTags),
    ...assigned.map(({ interface: name, eniId, address }) => ({
      action: isIpv6(address) ? 'AssignIpv6Addresses' : 'AssignPrivateIpAddresses',
      interface: name,
      ...(eniId !== undefined && { eniId }),
      ...named(address),
    })),
  ];
}

/** Of ENIs that are there already; a creation, or a claim, tags the others. */
function writesOfTags({ name, eni, isPrimary, entries, subnets }: NodePortPlan): Write[] {
  const [subnet] = subnets;
  if (eni === undefined || subnet === undefined || !(isPrimary || isMade(eni))) {
    return [];
  }
  const floating = floatingIn(entries, subnet);
  const tags = missingTags(eni, isPrimary ? primaryTags(floating) : carrierTags(floating));
  return Object.keys(tags).length === 0
    ? []
    : [{ action: 'CreateTags', interface: name, eniId: eni.id, tags }];
}

function named(address: string): Partial<Write> {
  return isIpv6(address) ? { ipv6Address: address } : { address };
}

import type { Eni } from '../claim/facts.ts';
import type { AddressClaim } from '../nodeport/claims.ts';
import { isAttached } from './eni-source.ts';
import { wantedIn } from './node-port.ts';
import { hasSecondary } from './node-port-holders.ts';
import type { Observation } from './observation.ts';
import type { NodePortPlan } from './steps.ts';

/** Addresses that earlier runs have claimed and the configuration does not want there any more. */
export function unwanted(
  plans: readonly NodePortPlan[],
  { enis, instance, addressClaims = [] }: Pick<Observation, 'enis' | 'instance' | 'addressClaims'>,
): AddressClaim[] {
  // An interface that has no ENI yet gets another than those that the node has already.
  const mayBe = ({ eniId }: AddressClaim, eni: Eni | undefined) =>
    eni === undefined
      ? !enis.some((each) => each.id === eniId && isAttached(each, instance.instanceId))
      : eni.id === eniId;
  const isWanted = (claim: AddressClaim, { eni, entries }: NodePortPlan) =>
    mayBe(claim, eni) && entries.some(({ addresses }) => addresses.includes(claim.address));
  const more = plans.flatMap(surplusOf);
  return addressClaims.filter(
    (claim) => !plans.some((plan) => isWanted(claim, plan)) || more.some((each) => isSame(each, claim)),
  );
}

/** Of each `PerNode` list a node keeps the first that its ENI has: it may have others since they were floating. */
function surplusOf({ eni, entries, subnets }: NodePortPlan): AddressClaim[] {
  const subnet = subnets.find(({ id }) => id === eni?.subnetId);
  return eni === undefined || subnet === undefined
    ? []
    : wantedIn(entries, subnet).perNode.flatMap((list) =>
        list
          .filter((address) => hasSecondary(eni, address))
          .slice(1)
          .map((address) => ({ eniId: eni.id, address })),
      );
}

/** The ENIs as they are once these addresses are off them, whatever a listing that is behind shows. */
export function without(enis: readonly Eni[], gone: readonly AddressClaim[]): Eni[] {
  return enis.map((eni) => {
    const isLeft = (address: string) => !gone.some((each) => isSame(each, { eniId: eni.id, address }));
    return {
      ...eni,
      addresses: eni.addresses.filter(isLeft),
      ipv6Addresses: eni.ipv6Addresses.filter(isLeft),
    };
  });
}

function isSame(one: AddressClaim, other: AddressClaim): boolean {
  return one.eniId === other.eniId && one.address === other.address;
}

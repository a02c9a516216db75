import type { Reservation, Subnet } from '../claim/facts.ts';
import { versionOf } from '../claim/free.ts';
import { parseRange, subtract } from '../claim/range.ts';
import type { NodePortConfig } from '../config/model.ts';
import { addressesIn, carries, noneInside } from './node-port.ts';
import type { Observation } from './observation.ts';
import type { InterfacePlan, NodePortPlan } from './steps.ts';

/**
 * Warnings of NodePort addresses that EC2 may give an ENI as its primary one, from which they could never be moved: where
 * EC2 is to choose, and no explicit CIDR reservation keeps them.
 */
export function mayBeGivenAway(
  plans: readonly NodePortPlan[],
  interfaces: readonly InterfacePlan[],
  { reservations }: Pick<Observation, 'reservations'>,
): string[] {
  return interfaces.flatMap(({ config: { name }, source }) => {
    const choices = source.kind === 'create' ? source.choices : [];
    return choices.flatMap((choice) => {
      const open = plans
        .flatMap(({ subnets, entries }) =>
          subnets
            .filter(({ id }) => id === choice.subnetId)
            .flatMap((subnet) => addressesIn(entries, subnet)),
        )
        .filter((address) => choice[versionOf(address)].mode === 'Automatic')
        .filter((address) => !isReserved(address, choice, reservations));
      return open.length === 0
        ? []
        : `${name}: EC2 chooses its address in ${choice.subnetId}, and may choose a NodePort address, which could then ` +
            `never be moved: make an explicit CIDR reservation over ${open.join(', ')}`;
    });
  });
}

/** Warnings of a mode that the entries name and that comes to nothing in the subnet, where the other one does not. */
export function forgotten(name: string, entries: readonly NodePortConfig[], subnet: Subnet): string[] {
  return [...Map.groupBy(entries, ({ mode }) => mode)]
    .filter(([, ofMode]) => !carries(ofMode, subnet))
    .map(
      ([mode, ofMode]) =>
        `${name}: it gets no ${mode} address: ${noneInside(ofMode, subnet)}: add addresses of that subnet`,
    );
}

function isReserved(
  address: string,
  { subnetId }: { subnetId: Subnet['id'] },
  reservations: readonly Reservation[],
): boolean {
  const explicit = reservations.filter((each) => each.subnetId === subnetId && each.type === 'explicit');
  return (
    subtract(
      [parseRange(address)],
      explicit.map(({ cidr }) => parseRange(cidr)),
    ).length === 0
  );
}

import type { Eni, Subnet } from '../claim/facts.ts';
import type { NodePortConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { addressesIn } from './node-port.ts';

/** Entries without the addresses that can never be moved, and what is to be said of those. */
interface Movable {
  entries: readonly NodePortConfig[];
  warnings: readonly string[];
}

/**
 * Leaves out the floating addresses in the subnet that an ENI has as its primary one, which can never be moved. Those of a
 * `PerNode` list count as held. Throws a `Failure` (3) where nothing is left of a floating entry.
 */
export function movable(
  name: string,
  entries: readonly NodePortConfig[],
  subnet: Subnet,
  enis: readonly Eni[],
): Movable {
  const primaries = new Map(
    enis
      .filter(({ subnetId }) => subnetId === subnet.id)
      .flatMap((eni) => eni.addresses.slice(0, 1).map((address) => [address, eni] as const)),
  );
  const warnings: string[] = [];
  const left = entries.map((entry) => {
    const inside = addressesIn([entry], subnet);
    const fixed = inside.flatMap((address) => {
      const eni = primaries.get(address);
      return eni === undefined ? [] : [{ address, eni }];
    });
    const [first] = fixed;
    if (first === undefined) {
      return entry;
    }
    if (entry.mode === 'PerNode') {
      warnings.push(...fixed.map((each) => `${described(name, each)}: it counts as held; ${remedy}`));
      return entry;
    }
    if (fixed.length === inside.length) {
      throw new Failure(ExitCode.configuration, `${described(name, first)}: ${remedy}`);
    }
    warnings.push(...fixed.map((each) => `${described(name, each)}: it is left out; ${remedy}`));
    return { ...entry, addresses: entry.addresses.filter((each) => !primaries.has(each)) };
  });
  return { entries: left, warnings };
}

const remedy =
  'replace that ENI, or choose another address for spec.nodePort. A CIDR reservation, of type explicit, over the ' +
  'addresses of spec.nodePort keeps EC2 from giving one away';

function described(name: string, { address, eni }: { address: string; eni: Eni }): string {
  const whose = eni.attachment?.instanceId ?? (eni.attachment ? 'an AWS service' : undefined);
  return (
    `${name}: the NodePort address ${address} is the primary address of ${eni.id}` +
    `${whose === undefined ? '' : `, attached to ${whose}`}, and a primary address can never be moved`
  );
}

import { choose } from '../claim/candidates.ts';
import type { IpVersion } from '../claim/free.ts';
import { formatAddress } from '../claim/range.ts';
import type { Source, SubnetChoice } from './steps.ts';

/**
 * What the first create of an interface names: absent where EC2 chooses, and where a listing that was cut leaves
 * open what is free until a closer look is taken at the claim.
 */
export interface FirstTry {
  subnetId: string;
  address?: string;
  ipv6Address?: string;
}

/** Undefined where nothing is to be created. */
export function firstTry(source: Source): FirstTry | undefined {
  if (source.kind === 'recover') {
    const { subnetId, address, ipv6Address } = source.intent;
    return named(subnetId, address, ipv6Address);
  }
  const choice = source.kind === 'create' ? source.choices[0] : undefined;
  if (choice?.isCut === true) {
    return { subnetId: choice.subnetId };
  }
  return choice && named(choice.subnetId, first(choice, 'ipv4'), first(choice, 'ipv6'));
}

/** The addresses that it names, or, as far as is known, would name: not for this node's other interfaces. */
export function addressesOf(source: Source): string[] {
  const choice = source.kind === 'create' ? source.choices[0] : undefined;
  const { address, ipv6Address } = source.kind === 'recover' ? source.intent : {};
  const addresses = choice ? [first(choice, 'ipv4'), first(choice, 'ipv6')] : [address, ipv6Address];
  return addresses.filter((each) => each !== undefined);
}

function named(subnetId: string, address: string | undefined, ipv6Address: string | undefined): FirstTry {
  return {
    subnetId,
    ...(address === undefined ? {} : { address }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
  };
}

function first(choice: SubnetChoice, version: IpVersion): string | undefined {
  const addresses = choice[version];
  const address =
    addresses.mode === 'FirstFree'
      ? choose(addresses.free, addresses.queue.ahead.length, 0, () => 0)
      : undefined;
  return address === undefined ? undefined : formatAddress(address);
}

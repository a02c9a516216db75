import { formatAddress } from '../claim/range.ts';
import type { AddressChoice, Source } from './steps.ts';

/** What the first create of an interface names: absent where EC2 chooses. */
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
  return choice && named(choice.subnetId, lowest(choice.ipv4), lowest(choice.ipv6));
}

/** The addresses that it names. */
export function addressesOf(source: Source): string[] {
  const { address, ipv6Address } = firstTry(source) ?? {};
  return [address, ipv6Address].filter((each) => each !== undefined);
}

function named(subnetId: string, address: string | undefined, ipv6Address: string | undefined): FirstTry {
  return {
    subnetId,
    ...(address === undefined ? {} : { address }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
  };
}

function lowest(choice: AddressChoice): string | undefined {
  const first = choice.mode === 'FirstFree' ? choice.free[0] : undefined;
  return first && formatAddress(first.first);
}

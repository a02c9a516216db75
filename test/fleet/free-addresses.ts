import type { Subnet } from '../simulator/model/records.ts';
import { Chance } from './chance.ts';
import { bounds, toAddress } from './scenario/network.ts';

/** A free IPv4 address of the subnet, as someone picks it by hand. */
export function pickFree(
  { cidr, pool }: Subnet,
  where: 'lowest' | 'anywhere' | 'highest',
  seed: number,
): string | undefined {
  if (cidr === undefined) {
    return undefined;
  }
  const { first, last } = bounds(cidr);
  const hosts = Array.from({ length: last - first - 4 }, (_, n) => toAddress(first + 4 + n));
  const free = hosts.filter((address) => pool.ownerOf(address) === undefined);
  switch (where) {
    case 'lowest':
      return free[0];
    case 'highest':
      return free.at(-1);
    case 'anywhere':
      return free[new Chance(seed).between(0, free.length - 1)];
  }
}

/** So many free IPv4 addresses from the end of the subnet on, as far as there are any among the last. */
export function lastFree({ cidr, pool }: Subnet, count: number): string[] {
  if (cidr === undefined) {
    return [];
  }
  const { first, last } = bounds(cidr);
  return Array.from({ length: Math.min(64, last - first - 4) }, (_, n) => toAddress(last - 1 - n))
    .filter((address) => pool.ownerOf(address) === undefined)
    .slice(0, count);
}

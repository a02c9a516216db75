import { type Item, isSame } from './items.ts';
import { addressMetric, protocol } from './layout.ts';
import type { Present } from './present.ts';

/** One line for `ip -batch -`, and what it is about. */
export interface Order {
  text: string;
  item: Item;
  isRemoval: boolean;
}

/**
 * What makes the wanted of what is there, none if all is as it should be. Old routes go first, in whose place a new one
 * may come. A new address comes after its way back, and old addresses go at the end: with the last IPv4 address of a
 * link the kernel drops all routes that lead there.
 */
export function orders(wanted: readonly Item[], { ours, foreignAddresses }: Present): Order[] {
  const lacks = (items: readonly Item[]) => (item: Item) => !items.some((other) => isSame(item, other));
  const surplus = ours.filter(lacks(wanted)).map(removal);
  const missing = wanted.filter(lacks([...ours, ...foreignAddresses])).map(addition);
  const isAddress = ({ item }: Order) => item.kind === 'address';
  return [...surplus.filter((order) => !isAddress(order)), ...missing, ...surplus.filter(isAddress)];
}

function removal(item: Item): Order {
  return { text: `${item.kind} del ${item.key}${ownMark(item)}`, item, isRemoval: true };
}

function addition(item: Item): Order {
  const verb = item.kind === 'route' ? 'replace' : 'add';
  return { text: `${item.kind} ${verb} ${item.key}${details(item)}${ownMark(item)}`, item, isRemoval: false };
}

function details({ kind, version, key }: Item): string {
  switch (kind) {
    case 'address':
      // In IPv6 the kernel chooses its source addresses among those of all links: a deprecated one comes last.
      return version === 4 ? ' noprefixroute' : ' noprefixroute nodad preferred_lft 0';
    case 'route':
      // No address of the link has the router in its prefix.
      return key.includes(' via ') ? ' onlink' : '';
    case 'rule':
      return '';
  }
}

function ownMark({ kind }: Item): string {
  return kind === 'address' ? ` metric ${addressMetric}` : ` protocol ${protocol}`;
}

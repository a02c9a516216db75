/** What `ip` is told of one address, rule or route. */
export interface Item {
  kind: 'address' | 'rule' | 'route';
  version: 4 | 6;
  /** That it belongs to. */
  link: string;
  /** What tells it from others of its kind, as arguments of `ip`. */
  key: string;
}

/** Of an address. */
export function versionOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Whether both are of one address, rule or route. */
export function isSame(one: Item, other: Item): boolean {
  return one.kind === other.kind && one.version === other.version && one.key === other.key;
}

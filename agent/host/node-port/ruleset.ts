import { createHash } from 'node:crypto';
import type { NodePortLink } from '../../nodeport/setup.ts';
import { versionOf } from './items.ts';
import { markMask, markOf, nftTable, otherMarks, ownMark } from './layout.ts';

/** What `nft -f -` is told, and by what its table is known in a listing. */
export interface Ruleset {
  text: string;
  /** As `identityOf` makes it. Undefined: there is to be no table. */
  identity: string | undefined;
}

/**
 * The table, whole, in place of whatever there is of it: one transaction. A connection that arrives for a NodePort address
 * is marked with its link; what goes back in it gets that mark as its own, from wherever it comes: a pod here, a pod on
 * another node by the primary link, or this host itself, whose packets are routed once more by it. What starts on this
 * host for such an address is marked as its own.
 */
export function ruleset(links: readonly NodePortLink[]): Ruleset {
  const gone = `add table inet ${nftTable}\ndelete table inet ${nftTable}\n`;
  if (links.length === 0) {
    return { text: gone, identity: undefined };
  }
  const arriving = links.flatMap((link, index) => arrivals(link, markOf(index + 1)));
  const returning = links.flatMap((link, index) => returns(link, markOf(index + 1)));
  const chains = `
  chain prerouting {
    type filter hook prerouting priority mangle; policy accept;
${indented([...arriving, ...returning])}
  }

  chain output {
    type route hook output priority mangle; policy accept;
${indented([...links.flatMap(departures), ...returning])}
  }
`;
  const hash = createHash('sha256').update(chains).digest('hex').slice(0, 16);
  const table = `table inet ${nftTable} {\n  comment "${hash}"\n${chains}}\n`;
  return { text: gone + table, identity: identityOf(table) };
}

/**
 * Of our table, ours or as `nft` lists it, which every version does in its own way: its comment, by which it says what it
 * is made of, and how many rules it has, should someone have flushed them.
 */
export function identityOf(table: string): string {
  const comment = /^\s*comment "(\w*)"$/m.exec(table)?.[1];
  return `${comment}, ${table.split(' mark set ').length - 1} rules`;
}

/** Every packet, not only the first: connections live longer than a table that was made anew. */
function arrivals(link: NodePortLink, mark: number): string[] {
  return matches(link).map(
    ({ keyword, set }) =>
      `iifname "${link.name}" ct direction original ${keyword} daddr ${set} ct mark set ct mark and ${hex(otherMarks)} or ${hex(mark)}`,
  );
}

/** Only of connections to our addresses: what others may do with the same bits of their connections is theirs. */
function returns(link: NodePortLink, mark: number): string[] {
  return matches(link).map(
    ({ keyword, set }) =>
      `ct direction reply ct mark and ${hex(markMask)} == ${hex(mark)} ct original ${keyword} daddr ${set} meta mark set meta mark and ${hex(otherMarks)} or ${hex(mark)}`,
  );
}

function departures(link: NodePortLink): string[] {
  return matches(link).map(
    ({ keyword, set }) =>
      `ct direction original ${keyword} daddr ${set} meta mark set meta mark and ${hex(otherMarks)} or ${hex(ownMark)}`,
  );
}

function matches({ addresses }: NodePortLink): { keyword: 'ip' | 'ip6'; set: string }[] {
  return ([4, 6] as const).flatMap((version) => {
    const own = addresses.map(({ address }) => address).filter((address) => versionOf(address) === version);
    return own.length === 0
      ? []
      : [{ keyword: version === 4 ? ('ip' as const) : ('ip6' as const), set: `{ ${own.join(', ')} }` }];
  });
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join('\n');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

import { formatCount } from '../../claim/count.ts';
import { type IpVersion, versionOf } from '../../claim/free.ts';
import {
  formatAddress,
  intersect,
  merge,
  parseRange,
  type Range,
  size,
  subtract,
} from '../../claim/range.ts';
import type { Run } from './classify.ts';
import { counted, formatRange } from './format.ts';
import type { Kind } from './kinds.ts';
import { lowestWorker } from './window.ts';

/** What prefix delegation takes, as a part of an address. */
const prefixBits: Readonly<Record<IpVersion, { length: number; bits: bigint }>> = {
  ipv4: { length: 28, bits: 4n },
  ipv6: { length: 80, bits: 48n },
};

/** What anybody may be given. */
const freeKinds: readonly Kind[] = ['free', 'within', 'podRange', 'forNodePort'];

/** How many delegated prefixes these addresses are, in words. */
export function prefixesOf(addresses: bigint, version: IpVersion): string {
  const { length, bits } = prefixBits[version];
  return `${formatCount(addresses >> bits)} /${length}`;
}

/** How the free addresses of a CIDR are scattered, and how many blocks are whole, for prefix delegation. */
export function fragmentation(cidr: string, runs: readonly Run[]): string {
  const free = ofKinds(runs, freeKinds);
  const { length } = prefixBits[versionOf(cidr)];
  const blocks = wholeBlocks(free, versionOf(cidr));
  const forPrefixes = wholeBlocks(ofKinds(runs, ['prefixReservation']), versionOf(cidr));
  const whole = `${counted(blocks, `whole /${length} block`, `whole /${length} blocks`)} left for prefix delegation`;
  const besides = forPrefixes === 0n ? '' : `, and ${formatCount(forPrefixes)} in prefix reservations`;
  const [longest] = free.toSorted((a, b) => (lengthOf(a) > lengthOf(b) ? -1 : 1));
  if (longest === undefined) {
    return `Free: none; ${whole}${besides}.`;
  }
  const scattered =
    free.length === 1
      ? `in one run, ${formatRange(longest)}`
      : `in ${formatCount(BigInt(free.length))} runs, the longest ${formatCount(lengthOf(longest))} (${formatRange(longest)})`;
  return `Free: ${counted(size(free), 'address', 'addresses')} ${scattered}; ${whole}${besides}.`;
}

/** Where the workers made by us are; undefined where there are none. */
export function workers(runs: readonly Run[]): string | undefined {
  const ours = ofKinds(runs, ['mine', 'ours']);
  const [first] = ours;
  const last = ours.at(-1);
  if (first === undefined || last === undefined) {
    return undefined;
  }
  const whole = { first: first.first, last: last.last };
  return `Our workers: ${counted(size(ours), 'address', 'addresses')}, ${formatRange(whole)}.`;
}

/**
 * How many free addresses workers have left before they meet the pods, from the first that they would claim on: below
 * the next part of `podRange`, or, without any, below the next secondary address or delegated prefix.
 */
export function untilPods(
  cidr: string,
  runs: readonly Run[],
  bounds: { within: readonly string[]; podRange: readonly string[] },
): string {
  const whole = parseRange(cidr);
  const claimable = ofKinds(runs, [bounds.within.length > 0 ? 'within' : 'free']);
  const start = claimable[0]?.first ?? lowestWorker(runs) ?? whole.first;
  const podRange = bounds.podRange.map(parseRange);
  const pods = firstOfPods(runs, intersect([{ ...whole, first: start }], podRange), start);
  if (pods === undefined) {
    return `Workers have ${counted(size(claimable), 'free address', 'free addresses')} left, with nothing of pods above them.`;
  }
  const below = { first: whole.first, last: pods.address - 1n };
  const left = size(intersect(claimable, [below]));
  const intruders = size(subtract(intersect(ofKinds(runs, ['secondary', 'prefix']), [below]), podRange));
  const among =
    intruders === 0n
      ? ''
      : `; ${formatCount(intruders)} of the pods' addresses lie below that, among the workers`;
  return `Workers have ${counted(left, 'free address', 'free addresses')} left before they meet the pods at ${formatAddress(pods.address)} (${pods.what})${among}.`;
}

function firstOfPods(
  runs: readonly Run[],
  podRange: readonly Range[],
  start: bigint,
): { address: bigint; what: string } | undefined {
  const [range] = podRange;
  if (range !== undefined) {
    return { address: range.first, what: 'the start of podRange' };
  }
  const run = runs.find(({ kind, first }) => (kind === 'secondary' || kind === 'prefix') && first > start);
  return (
    run && { address: run.first, what: run.kind === 'prefix' ? 'a delegated prefix' : 'a secondary address' }
  );
}

/**
 * That EC2 counts more addresses in use than its listings show, by IPv4's count of available ones; undefined if it
 * does not. Whether reservations lower that count is not documented: they are taken to.
 */
export function unlisted(runs: readonly Run[], available: number): string | undefined {
  const free = size(ofKinds(runs, freeKinds));
  const more = free - BigInt(available);
  return more > 0n
    ? `EC2 counts ${counted(BigInt(available), 'available address', 'available addresses')}, ${formatCount(more)} fewer than are free here: other accounts' ENIs in a shared subnet are not listed.`
    : undefined;
}

function wholeBlocks(ranges: readonly Range[], version: IpVersion): bigint {
  const { bits } = prefixBits[version];
  return ranges.reduce((sum, { first, last }) => {
    const from = (first + (1n << bits) - 1n) >> bits;
    const to = (last + 1n) >> bits;
    return sum + (to > from ? to - from : 0n);
  }, 0n);
}

function ofKinds(runs: readonly Run[], wanted: readonly Kind[]): Range[] {
  return merge(runs.filter(({ kind }) => wanted.includes(kind)));
}

function lengthOf({ first, last }: Range): bigint {
  return last - first + 1n;
}

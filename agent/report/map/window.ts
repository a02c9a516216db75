import { intersect, parseRange, type Range } from '../../claim/range.ts';
import type { Run } from './classify.ts';

/** A window is 2^n addresses: at least as many as a /24 has, at most as a /16. */
const smallest = 8n;
const largest = 16n;

/**
 * The part of a CIDR that is drawn: all of it, as far as it has no more addresses than a /16. Of an IPv6 CIDR the
 * block around `within`, or as much of it, or around the lowest worker; without either, its start.
 */
export function windowOf(cidr: string, runs: readonly Run[], within: readonly string[]): Range {
  const whole = parseRange(cidr);
  if (whole.last - whole.first < 1n << largest) {
    return whole;
  }
  const workersPart = intersect([whole], within.map(parseRange));
  const first = workersPart[0]?.first ?? lowestWorker(runs) ?? whole.first;
  const last = workersPart.at(-1)?.last ?? first;
  const wanted = [...range(smallest, largest)].find((bits) => first >> bits === last >> bits);
  return block(first, wanted ?? largest);
}

/** The lowest primary address: of ours, if there are any. */
export function lowestWorker(runs: readonly Run[]): bigint | undefined {
  const ours = runs.find(({ kind }) => kind === 'mine' || kind === 'ours');
  return (ours ?? runs.find(({ kind }) => kind === 'other'))?.first;
}

function block(address: bigint, bits: bigint): Range {
  const first = (address >> bits) << bits;
  return { first, last: first + (1n << bits) - 1n };
}

function* range(from: bigint, to: bigint): Generator<bigint> {
  for (let n = from; n <= to; n += 1n) {
    yield n;
  }
}

/** An answer that a client got. */
export interface Answered {
  /** In ms, on the clock that all processes of the machine share. */
  at: number;
  node: string;
}

/** A time in which nobody answered. */
export interface Silence {
  from: number;
  to: number;
}

/** A silence shorter than this, in ms, is the machine's, which is busy with much else. */
const leastMs = 200;

/**
 * The times without an answer from the last one before `since` to `until`; of those too short to count, only the longest.
 */
export function silences(answers: readonly Answered[], since: number, until: number): Silence[] {
  const first = Math.max(
    answers.findLastIndex(({ at }) => at <= since),
    0,
  );
  const times = answers.slice(first).map(({ at }) => at);
  const all = times.map((from, index) => ({ from, to: times[index + 1] ?? until }));
  const long = all.filter((each) => length(each) >= leastMs);
  return long.length > 0 ? long : all.toSorted((a, b) => length(b) - length(a)).slice(0, 1);
}

/** In ms. */
export function length({ from, to }: Silence): number {
  return Math.max(0, to - from);
}

/** For how long two nodes answered: the last answer of one, from the first of the node that began after it. */
export function doubleMs(answers: readonly Answered[]): number {
  const nodes = [...new Set(answers.map(({ node }) => node))];
  const lasting = nodes.map((node) => {
    const own = answers.filter((each) => each.node === node).map(({ at }) => at);
    return { first: Math.min(...own), last: Math.max(...own) };
  });
  return Math.max(0, ...lasting.slice(1).map(({ first }, index) => (lasting[index]?.last ?? first) - first));
}

import type { AddressWatch } from './address-watch.ts';
import type { Candidate } from './state.ts';

/** How many are asked whether they are there, and for how long, in ms. */
const asked = { count: 5, ms: 400 };
/** For so long, in ms, who has handed it over is not to have it back. */
const backMs = 600_000;

/**
 * To whom the address may be handed: the candidates in their order, those that answer a probe first.
 *
 * @param isLast to any rather than to nobody
 */
export async function successors(watch: AddressWatch, isLast: boolean): Promise<Candidate[]> {
  const { looks, address, link } = watch;
  const others = looks.carriers.candidates(address).filter(({ eniId }) => eniId !== link.eniId);
  const rest = others.filter((each) => !hasJustHadIt(watch, each));
  return answeringFirst(watch, rest.length > 0 || !isLast ? rest : others);
}

/** And has given it away: it may be drained too, or have the same trouble. */
function hasJustHadIt({ state, context }: AddressWatch, { instanceId }: Candidate): boolean {
  const since = context.wallClock() - backMs;
  return state.moves.some(
    ({ at, from, how, isCounted }) =>
      from === instanceId && how !== 'taken over' && !isCounted && Date.parse(at) > since,
  );
}

/** Where a security group forbids probes nobody answers, and all are in their order. */
async function answeringFirst(
  { context, config }: AddressWatch,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const { clock, node } = context;
  const answering = new Set<Candidate>();
  const over = new AbortController();
  const first = Promise.withResolvers<void>();
  const needed = config.probePort === undefined ? 'icmp' : 'tcp';
  for (const candidate of candidates.slice(0, asked.count)) {
    if (candidate.nodeAddress !== undefined) {
      const target = { address: candidate.nodeAddress, port: config.probePort, intervalMs: asked.ms };
      node.probe(
        target,
        ({ kind, answered }) => {
          if (answered && kind === needed) {
            answering.add(candidate);
            first.resolve();
          }
        },
        over.signal,
      );
    }
  }
  if (candidates.length > 1) {
    await Promise.race([first.promise, clock.sleep(asked.ms, over.signal).catch(() => undefined)]);
  }
  over.abort();
  return [
    ...candidates.filter((each) => answering.has(each)),
    ...candidates.filter((each) => !answering.has(each)),
  ];
}

import { messageOf } from '../failure.ts';
import type { AddressWatch } from './address-watch.ts';
import type { Holding } from './looks.ts';
import { give, takeOff } from './moves.ts';
import { lastCallMs } from './pace.ts';
import type { Candidate } from './state.ts';

/** How many are asked whether they are there, and for how long, in ms. */
const asked = { count: 5, ms: 400 };
/** For so long, in ms, who has handed it over is not to have it back. */
const backMs = 600_000;

/**
 * Gives the address to the first candidate that answers: those that watch look at EC2 once a minute only. While EC2 is
 * asked for them this node still serves. Answers whether it is gone from here.
 */
export async function handOver(watch: AddressWatch, why: string, signal: AbortSignal): Promise<boolean> {
  const { context, looks, address, link } = watch;
  const { log, clock } = context;
  const unlisted = await looks.carriers
    .listEnis(lastCallMs)
    .then(() => looks.carriers.listNodes(lastCallMs))
    .then(() => undefined, messageOf);
  const others = looks.carriers.candidates(address).filter(({ eniId }) => eniId !== link.eniId);
  if (others.length === 0) {
    log.warn(`${address}: ${why}, and ${unlisted ?? 'there is no other node to hand it to'}`, watch.fields);
    return false;
  }
  const successors = await answeringFirst(watch, notBack(watch, others));
  const started = clock.now();
  try {
    if ((await takeOff(context, address, link.eniId, lastCallMs)) === 'lost') {
      await looks.look(lastCallMs);
      return !watch.isHolder;
    }
  } catch (error) {
    log.warn(`${address}: ${why}, and it cannot be handed over: ${messageOf(error)}`, watch.fields);
    return false;
  }
  for (const successor of successors.slice(0, 3)) {
    const to = await tryGive(watch, successor);
    if (to !== undefined) {
      watch.noteMove(to, 'handed over', why);
      looks.note(address, to, link.eniId);
      const ms = Math.round(clock.now() - started);
      log.info(
        `${address}: handed over to ${successor.instanceId} (${successor.eniId}) in ${ms} ms: ${why}`,
        {
          ...watch.fields,
          eni: successor.eniId,
          ms,
        },
      );
      return true;
    }
    if (signal.aborted && clock.now() - started > lastCallMs) {
      break;
    }
  }
  // Others would notice within seconds that this node dies, but within a minute only that nobody holds the address.
  await give(context, address, link.eniId, lastCallMs)
    .then(() => looks.look(lastCallMs))
    .catch((error: unknown) => log.warn(`${address}: ${messageOf(error)}`, watch.fields));
  return !watch.isHolder;
}

/** Not to those from whom it has just come, who may be drained too; unless there is nobody else. */
function notBack({ state, context }: AddressWatch, others: readonly Candidate[]): readonly Candidate[] {
  const since = context.wallClock() - backMs;
  const former = state.moves.filter(({ at }) => Date.parse(at) > since).map(({ from }) => from);
  const rest = others.filter(({ instanceId }) => !former.includes(instanceId));
  return rest.length > 0 ? rest : others;
}

/** What is known of the new holder; undefined where EC2 refuses it. Where somebody else has it, it has moved all the same. */
async function tryGive(watch: AddressWatch, successor: Candidate): Promise<Holding | undefined> {
  const { context, address, looks } = watch;
  try {
    const outcome = await give(context, address, successor.eniId, lastCallMs);
    if (outcome === 'lost') {
      await looks.look(lastCallMs);
      return watch.holding?.eniId === watch.link.eniId ? undefined : watch.holding;
    }
    const { instanceId, eniId, nodeAddress } = successor;
    const instance = { instanceId, state: 'running', nodeAddress };
    return { eniId, instance, isPrimaryAddress: false, isOurs: true };
  } catch (error) {
    context.log.warn(
      `${address}: cannot be handed to ${successor.instanceId}: ${messageOf(error)}`,
      watch.fields,
    );
    return undefined;
  }
}

/** Those that answer a probe before those that do not: where a security group forbids probes, in their order. */
async function answeringFirst(
  { context, config }: AddressWatch,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const { clock, node } = context;
  const answering = new Set<Candidate>();
  const over = new AbortController();
  const first = Promise.withResolvers<void>();
  for (const candidate of candidates.slice(0, asked.count)) {
    if (candidate.nodeAddress !== undefined) {
      const target = { address: candidate.nodeAddress, port: config.probePort, intervalMs: asked.ms };
      const needed = config.probePort === undefined ? 'icmp' : 'tcp';
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
  await Promise.race([first.promise, clock.sleep(asked.ms, over.signal).catch(() => undefined)]);
  over.abort();
  return [
    ...candidates.filter((each) => answering.has(each)),
    ...candidates.filter((each) => !answering.has(each)),
  ];
}

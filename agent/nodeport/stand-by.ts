import { messageOf } from '../failure.ts';
import { type AddressWatch, whose } from './address-watch.ts';
import type { Holding } from './looks.ts';
import { forbidden } from './move-limit.ts';
import { move } from './moves.ts';
import { lateProbeMs, notServingMs, probeMs, quickRanks, retryMs } from './pace.ts';
import type { Probe } from './ports.ts';
import { rankDelay } from './rank.ts';
import { counted, verdictOf } from './verdict.ts';

/** Why an address is to be taken over: by EC2's word, or by the probes'. */
interface Cause {
  kind: 'free' | 'gone' | 'node' | 'service';
  why: string;
}

/** The states of an instance whose node cannot serve, nor will before long. */
const gone = ['stopping', 'stopped', 'shutting-down', 'terminated'];

/** Watches the holder until another holds the address, this node perhaps, or the signal aborts. */
export async function standBy(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, bell } = watch;
  const { clock } = context;
  const watched = watch.holding;
  using probing = probe(watch, watched);
  let failures = 0;
  let retryAt = 0;
  while (!signal.aborted && watch.holding?.eniId === watched?.eniId) {
    probing.setPace();
    const cause = causeOf(watch);
    if (cause === undefined) {
      watch.change({ held: undefined });
      await bell.heard(clock, undefined, signal);
    } else if (clock.now() < retryAt) {
      await bell.heard(clock, retryAt - clock.now(), signal);
    } else {
      const obstacle = await attempt(watch, cause, signal);
      watch.change({ held: obstacle });
      if (obstacle !== undefined) {
        retryAt = clock.now() + Math.min(retryMs.most, retryMs.first * 2 ** failures);
        failures += 1;
      }
    }
  }
}

/** Undefined: it is well where it is, or nothing tells that it is not. */
function causeOf(watch: AddressWatch): Cause | undefined {
  const { holding, state } = watch;
  if (holding === undefined) {
    return { kind: 'free', why: 'nobody holds it' };
  }
  const { instance } = holding;
  if (instance === undefined) {
    return { kind: 'gone', why: `${holding.eniId}, which holds it, is at no instance` };
  }
  if (gone.includes(instance.state)) {
    return { kind: 'gone', why: `EC2 says that ${instance.instanceId} is ${instance.state}` };
  }
  const verdict = verdictOf(state.probes);
  if (verdict === undefined) {
    return undefined;
  }
  const what = verdict === 'node' ? 'does not answer' : `does not answer at port ${watch.config.probePort}`;
  return { kind: verdict, why: `${instance.instanceId} ${what} any more` };
}

/** Takes the address over, if it is still called for when it is this node's turn. Answers why not, where it is not to. */
async function attempt(watch: AddressWatch, cause: Cause, signal: AbortSignal): Promise<string | undefined> {
  const { context, link, address, looks } = watch;
  const { clock, node, log, random } = context;
  const before = watch.holding;
  const serving = node.isServing(watch.config.probePort, signal).catch(() => undefined);
  await clock.sleep(rankDelay(rankOf(watch), random), signal).catch(() => undefined);
  if ((await serving) === false) {
    if (cause.kind === 'service') {
      return 'its own service does not answer either';
    }
    await clock.sleep(notServingMs, signal).catch(() => undefined);
  }
  if (signal.aborted || causeOf(watch) === undefined || watch.holding?.eniId !== before?.eniId) {
    return undefined;
  }
  log[watch.state.held === undefined ? 'warn' : 'debug'](`${address}: ${cause.why}`, watch.fields);
  const started = clock.now();
  const [look, hasCarrier, hasGateway] = await Promise.allSettled([
    looks.look(),
    node.hasCarrier(link),
    node.gatewayAnswers(link, address, signal),
  ]);
  if (look.status === 'rejected') {
    return told(watch, messageOf(look.reason));
  }
  const now = causeOf(watch);
  if (signal.aborted || now === undefined || watch.holding?.eniId !== before?.eniId) {
    return undefined;
  }
  const obstacle =
    (isSo(hasCarrier) ? undefined : `${link.name} has no carrier`) ??
    (isSo(hasGateway) ? undefined : `the router of ${link.subnetId} does not answer on ${link.name}`) ??
    (node.isDraining() ? 'this node is being drained' : undefined) ??
    obstacleOf(watch, before);
  if (obstacle !== undefined) {
    return told(watch, obstacle);
  }
  try {
    if ((await move(context, address, before, link.eniId)) === 'lost') {
      log.info(`${address}: another node was faster`, watch.fields);
      await looks.look();
      return watch.holding?.eniId === before?.eniId ? 'another node was faster' : undefined;
    }
  } catch (error) {
    return told(watch, messageOf(error));
  }
  const own = ownHolding(watch);
  watch.noteMove(own, before === undefined ? 'claimed' : 'taken over', cause.why);
  log.warn(
    `${address}: ${before === undefined ? 'claimed' : `taken over from ${whose(before)}`} by ${link.eniId} in ${Math.round(clock.now() - started)} ms`,
    { ...watch.fields, eni: link.eniId, ms: Math.round(clock.now() - started) },
  );
  looks.note(address, own, before?.eniId);
  return undefined;
}

/** What keeps anyone from taking it there, or now. */
function obstacleOf({ context, countedMoves, address }: AddressWatch, from: Holding | undefined) {
  if (from === undefined) {
    return undefined;
  }
  if (!from.isOurs) {
    return `${whose(from)} holds it, which is none of multus-bootstrap's: take ${address} off it`;
  }
  if (from.isPrimaryAddress) {
    return `it is the primary address of ${from.eniId}, which can never move`;
  }
  if (from.instance === undefined || gone.includes(from.instance.state)) {
    return undefined;
  }
  const limit = forbidden(countedMoves, context.clock.now());
  return (
    limit && `${limit.why}: for ${Math.ceil((limit.until - context.clock.now()) / 1000)} s it stays there`
  );
}

/** As a warning, once. */
function told(watch: AddressWatch, obstacle: string): string {
  const isNew = watch.state.held !== obstacle;
  watch.context.log[isNew ? 'warn' : 'debug'](`${watch.address}: not taken over: ${obstacle}`, watch.fields);
  return obstacle;
}

/** Among the other candidates; where it is not known, later than the first of them. */
function rankOf({ state, context, holding }: AddressWatch): number {
  const others = state.candidates.filter((each) => each.eniId !== holding?.eniId);
  const rank = others.findIndex(({ instanceId }) => instanceId === context.instanceId);
  return rank < 0 ? Math.min(others.length, quickRanks - 1) : rank;
}

function ownHolding({ link, context }: AddressWatch): Holding {
  const { instanceId } = context;
  return {
    eniId: link.eniId,
    instance: { instanceId, state: 'running', nodeAddress: undefined },
    isPrimaryAddress: false,
    isOurs: true,
  };
}

function isSo(settled: PromiseSettledResult<boolean>): boolean {
  return settled.status === 'fulfilled' && settled.value;
}

/** Probes of that holder, for as long as it is held; from anew when its address, or this node's rank, has changed. */
function probe(watch: AddressWatch, holding: Holding | undefined): Disposable & { setPace(): void } {
  const { context, config } = watch;
  let over = new AbortController();
  let underWay: { address: string; intervalMs: number } | undefined;
  return {
    setPace() {
      const address = watch.holding?.instance?.nodeAddress;
      const intervalMs = rankOf(watch) < quickRanks ? probeMs : lateProbeMs;
      if (address === undefined || (address === underWay?.address && intervalMs === underWay.intervalMs)) {
        return;
      }
      over.abort();
      over = new AbortController();
      underWay = { address, intervalMs };
      const { signal } = over;
      const tell = (result: Probe) => {
        if (!signal.aborted && watch.holding?.eniId === holding?.eniId) {
          note(watch, result);
        }
      };
      context.node.probe({ ...underWay, port: config.probePort }, tell, signal);
    },
    [Symbol.dispose]: () => over.abort(),
  };
}

function note(watch: AddressWatch, result: Probe): void {
  const before = verdictOf(watch.state.probes);
  watch.change({ probes: counted(watch.state.probes, result) });
  if (verdictOf(watch.state.probes) !== before) {
    watch.bell.ring();
  }
}

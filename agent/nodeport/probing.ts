import type { AddressWatch } from './address-watch.ts';
import type { Holding } from './looks.ts';
import { lastProbes, lateProbeMs, missesUntilTold, probeMs, quickRanks } from './pace.ts';
import type { Probe } from './ports.ts';
import { counted, unheard, verdictOf } from './verdict.ts';

/** Probes of that holder, for as long as it is held; from anew when its address, or this node's rank, has changed. */
export function probe(watch: AddressWatch, holding: Holding | undefined): Disposable & { setPace(): void } {
  const { context, config } = watch;
  let over = new AbortController();
  let underWay: { address: string; intervalMs: number } | undefined;
  return {
    setPace() {
      const address = watch.holding?.instance?.nodeAddress;
      const intervalMs = rankOf(watch).rank < quickRanks ? probeMs : lateProbeMs;
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

/**
 * Gives a holder that is taken for dead a last chance: an answer counts, silence does not. Where a tenth of all packets
 * is lost, four in a row come every few minutes.
 */
export async function probeOnceMore(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, config, holding } = watch;
  const address = holding?.instance?.nodeAddress;
  if (address === undefined || verdictOf(watch.state.probes) === undefined) {
    return;
  }
  const over = new AbortController();
  const target = { address, port: config.probePort, intervalMs: lastProbes.eachMs };
  const tell = (result: Probe) => {
    if (result.answered && !over.signal.aborted && watch.holding?.eniId === holding?.eniId) {
      note(watch, result);
    }
  };
  context.node.probe(target, tell, over.signal);
  await context.clock.sleep(lastProbes.forMs, signal).catch(() => undefined);
  over.abort();
}

function note(watch: AddressWatch, result: Probe): void {
  const before = verdictOf(watch.state.probes);
  watch.change({ probes: counted(watch.state.probes, result) });
  tellUnheard(watch, result);
  if (verdictOf(watch.state.probes) !== before) {
    watch.bell.ring();
  }
}

/** Once for each holder, and for each kind that it does not answer. */
function tellUnheard(
  { context, config, state, address, holding, fields }: AddressWatch,
  { kind }: Probe,
): void {
  const { misses } = state.probes.find((each) => each.kind === kind) ?? { misses: 0 };
  if (misses === missesUntilTold) {
    const said = unheard(state.probes, holding?.instance?.nodeAddress, config.probePort);
    if (said !== undefined) {
      context.log.warn(`${address}: ${said}`, fields);
    }
  }
}

/** This node's place among the candidates but the holder; the last where it is not listed. */
export function rankOf({ state, context, holding }: AddressWatch): { rank: number; nodes: number } {
  const others = state.candidates.filter((each) => each.eniId !== holding?.eniId);
  const rank = others.findIndex(({ instanceId }) => instanceId === context.instanceId);
  // Before the first listing nobody knows how many there are: neither the first nor the last.
  const last = state.candidates.length === 0 ? quickRanks - 1 : others.length;
  return { rank: rank < 0 ? last : rank, nodes: others.length };
}

import { missesUntilDead, missesUntilTold } from './pace.ts';
import type { Probe } from './ports.ts';
import type { ProbeState } from './state.ts';

/** What the probes say of the holder: its node is silent, or its node answers and its service does not. */
export type Verdict = 'node' | 'service';

/** The counts after one more probe. */
export function counted(states: readonly ProbeState[], { kind, answered }: Probe): ProbeState[] {
  const before = states.find((each) => each.kind === kind) ?? { kind, everAnswered: false, misses: 0 };
  const after = answered ? { kind, everAnswered: true, misses: 0 } : { ...before, misses: before.misses + 1 };
  return [...states.filter((each) => each.kind !== kind), after].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/**
 * Whether probes take the holder for dead; undefined: they do not. A kind of probe that it has never answered since it
 * holds the address says nothing, for a security group may forbid it. The service counts more than the node.
 */
export function verdictOf(states: readonly ProbeState[]): Verdict | undefined {
  const telling = states.filter(({ everAnswered }) => everAnswered);
  const tcp = telling.find(({ kind }) => kind === 'tcp');
  const icmp = telling.find(({ kind }) => kind === 'icmp');
  const isSilent = (state: ProbeState | undefined) => (state?.misses ?? 0) >= missesUntilDead;
  if (tcp !== undefined) {
    return isSilent(tcp) ? (isSilent(icmp) ? 'node' : 'service') : undefined;
  }
  return isSilent(icmp) ? 'node' : undefined;
}

/**
 * What of the holder's end probes would not notice, because it has never answered so many of that kind: in words, with what
 * to do; undefined: nothing.
 */
export function unheard(
  states: readonly ProbeState[],
  nodeAddress: string | undefined,
  probePort: number | undefined,
): string | undefined {
  const isMute = (kind: Probe['kind']) =>
    states.some((each) => each.kind === kind && !each.everAnswered && each.misses >= missesUntilTold);
  const isHeard = states.some(({ everAnswered }) => everAnswered);
  const port = `TCP port ${probePort}`;
  if (isHeard) {
    return isMute('tcp')
      ? `the holder, ${nodeAddress}, has never answered at ${port}: that its service dies is not noticed; correct ` +
          `probePort, or allow ${port} between the nodes`
      : undefined;
  }
  const kinds = probePort === undefined ? 'ICMP echo' : `ICMP echo or ${port}`;
  return isMute('icmp') && (probePort === undefined || isMute('tcp'))
    ? `the holder, ${nodeAddress}, has never answered a probe: should it die without EC2's notice, the address stays with it; ` +
        `allow ${kinds} between the nodes in their security group`
    : undefined;
}

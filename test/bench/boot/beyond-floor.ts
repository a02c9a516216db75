import type { Call } from '../../simulator/api/record.ts';
import { imdsRequests, latencies } from './latencies.ts';

/** Where a run's time beyond the floor went, in ms; all together they are that time. */
export interface BeyondFloor {
  /** From exec to the first EC2 call, without IMDS's own time: loading, IMDS, configuration. */
  start: number;
  /** From the first describe to the last one. */
  describes: number;
  /** From the last describe's answer to the last create: planning, intents. */
  plan: number;
  /** From that create's answer to the last attach: intent, link files. */
  attach: number;
  /** From the last device's due time to its being there: the simulator's own lateness. */
  device: number;
  /** From the last device to the gate: link, labels. */
  gate: number;
}

/** All times on one clock. */
export function beyondFloor(
  startMs: number,
  calls: readonly Pick<Call, 'action' | 'at'>[],
  devicesAt: readonly number[],
  gateAt: number,
): BeyondFloor {
  const times = (test: (action: string) => boolean) =>
    calls.filter(({ action }) => test(action)).map(({ at }) => at);
  const creates = times((action) => action === 'CreateNetworkInterface');
  const attaches = times((action) => action === 'AttachNetworkInterface');
  const firstCreate = Math.min(...creates);
  const reads = calls.filter(({ action, at }) => /^(Describe|Get)/.test(action) && at < firstCreate);
  const first = Math.min(...reads.map(({ at }) => at));
  const last = Math.max(...reads.map(({ at }) => at));
  const create = Math.max(...creates);
  const attach = Math.max(...attaches);
  const device = Math.max(...devicesAt);
  return {
    start: first - startMs - imdsRequests * latencies.imds,
    describes: last - first,
    plan: create - last - latencies.describe,
    attach: attach - create - latencies.create,
    device: device - attach - latencies.device,
    gate: gateAt - device,
  };
}

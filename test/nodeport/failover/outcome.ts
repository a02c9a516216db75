import { z } from 'zod';
import { monotonicNow } from '../../bench/measured.ts';
import { isRead } from '../../simulator/api/buckets.ts';
import type { Call } from '../../simulator/api/record.ts';
import { doubleMs, length, type Silence, silences } from './answers.ts';
import type { Scene } from './scene.ts';

/** What became of a case. Times in ms. */
export const outcomeShape = z.object({
  /** The times in which nobody answered, added up. */
  withoutMs: z.number(),
  /** How much of it was between EC2's taking the assign and the VPC's delivering by it. */
  convergenceMs: z.number(),
  /** From the event to the first call that changes something; undefined: there was none. */
  decidedMs: z.number().optional(),
  /** From that to the assign that succeeded. */
  callsMs: z.number().optional(),
  /** Assigns that succeeded. */
  moves: z.number(),
  /** The node that made the first of them; undefined: there was none. */
  movedBy: z.string().optional(),
  /** Assigns and unassigns that EC2 refused, but for throttling. */
  inVain: z.number(),
  throttled: z.number(),
  /** For how long two nodes answered. */
  doubleMs: z.number(),
  /** Of the nodes whose ENI holds the address in the end. */
  holders: z.array(z.string()),
  /** The node that answered last. */
  answering: z.string(),
  /** The node that held it at first. */
  former: z.string(),
  /** Describes a node made in a minute before the event, the busiest one's. */
  describesAMinute: z.number(),
  /** For how long the machine let the client not ask, added up. */
  stalledMs: z.number(),
  /** What the watchers logged, for people. */
  journal: z.string(),
});

export type Outcome = z.infer<typeof outcomeShape>;

/**
 * @param quietSince all was known by then
 * @param eventAt on the clock that all processes share, as `quietSince`
 */
export function outcomeOf(scene: Scene, address: string, quietSince: number, eventAt: number): Outcome {
  const { vpc, answers, stalls, holder, candidates } = scene;
  const members = [holder, ...candidates];
  const { record, world } = vpc.simulator;
  const sinceStart = monotonicNow() - performance.now();
  const calls = record.calls.map((call) => ({ ...call, at: call.at + sinceStart }));
  const writes = calls.filter(({ action, at }) => !isRead(action) && at >= eventAt);
  const assigns = writes.filter((call) => call.action.startsWith('Assign') && isDone(call));
  const refused = writes.filter((call) => call.answer !== undefined && !isDone(call));
  const throttled = refused.filter(({ answer }) => answer?.code === 'RequestLimitExceeded');
  const [firstWrite] = writes;
  const [assign] = assigns;
  const silent = silences(answers, eventAt, monotonicNow());
  const holding = world.enis.filter((eni) => [...eni.addresses, ...eni.ipv6Addresses].includes(address));
  const minutes = (eventAt - quietSince) / 60_000;
  const describes = members.map(
    ({ instanceId }) =>
      calls.filter(
        (call) =>
          call.instanceId === instanceId && isRead(call.action) && call.at >= quietSince && call.at < eventAt,
      ).length,
  );
  return {
    withoutMs: silent.map(length).reduce((sum, each) => sum + each, 0),
    convergenceMs: assign === undefined ? 0 : converging(silent, assign.at, vpc.turns),
    ...(firstWrite && { decidedMs: firstWrite.at - eventAt }),
    ...(firstWrite && assign && { callsMs: assign.at - firstWrite.at }),
    moves: assigns.length,
    movedBy: members.find(({ instanceId }) => instanceId === assign?.instanceId)?.node.name,
    inVain: refused.length - throttled.length,
    throttled: throttled.length,
    doubleMs: doubleMs(answers),
    holders: holding.map(({ id }) => members.find(({ eniId }) => eniId === id)?.node.name ?? id),
    answering: answers.at(-1)?.node ?? 'nobody',
    former: holder.node.name,
    describesAMinute: Math.max(...describes) / minutes,
    stalledMs: stalls.filter(({ at }) => at >= eventAt).reduce((sum, { stalledMs }) => sum + stalledMs, 0),
    journal: members.map(({ node, journal }) => `${node.name}:\n${journal()}`).join('\n'),
  };
}

function isDone({ answer }: Pick<Call, 'answer'>): boolean {
  return answer?.status === 200;
}

/** How much of the silence was while the VPC had yet to deliver by what EC2 had recorded. */
function converging(silent: readonly Silence[], assignedAt: number, turns: Scene['vpc']['turns']): number {
  const turn = turns.find(({ at, eniId }) => at >= assignedAt && eniId !== undefined);
  return silent
    .map(({ from, to }) => ({
      from: Math.max(from, assignedAt),
      to: Math.min(to, turn?.at ?? assignedAt),
    }))
    .map(length)
    .reduce((sum, each) => sum + each, 0);
}

import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../simulator/api/record.ts';
import { type Measurement, measured, monotonicNow } from '../measured.ts';
import { type BeyondFloor, beyondFloor } from './beyond-floor.ts';
import { type BenchNode, gateFolder } from './node.ts';

export interface AgentRun extends Measurement {
  /** From exec to the open gate. */
  gateMs: number;
  /** From exec to the end of the process. */
  wholeMs: number;
  ec2Calls: number;
  beyondFloor: BeyondFloor;
}

/** Runs the built program on a node whose gate is closed. */
export async function runAgent(program: readonly [string, ...string[]], node: BenchNode): Promise<AgentRun> {
  const opened = Promise.withResolvers<number>();
  const watcher = watch(join(node.root, gateFolder), (_, name) => {
    if (name === 'go') {
      opened.resolve(monotonicNow());
    }
  });
  try {
    const measurement = await measured([...program, '--root', node.root, 'run'], {
      ...node.simulator.environment(node.node),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    });
    const { startMs, endMs } = measurement;
    const gateAt = await opened.promise;
    const { calls } = node.simulator.record;
    return {
      ...measurement,
      gateMs: gateAt - startMs,
      wholeMs: endMs - startMs,
      ec2Calls: calls.length,
      beyondFloor: beyondFloor(startMs, timed(calls), node.devicesAt, gateAt),
    };
  } finally {
    watcher.close();
  }
}

/** With their times on `monotonicNow`'s clock instead of the simulator's, which is `performance.now()`. */
function timed(calls: readonly Call[]): Pick<Call, 'action' | 'at'>[] {
  const offset = monotonicNow() - performance.now();
  return calls.map(({ action, at }) => ({ action, at: at + offset }));
}

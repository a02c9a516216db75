import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { group, subnets } from '../../netns/simulated-node.ts';
import { type Measurement, measured, needs } from '../measured.ts';
import type { BenchNode } from './node.ts';

const script = new URL('aws-script.sh', import.meta.url).pathname;

export interface ScriptRun extends Measurement {
  wholeMs: number;
  ec2Calls: number;
}

/** Throws, with the command that installs it, if something that the script calls is not there. */
export async function checkAwsScript(): Promise<void> {
  await needs('/usr/bin/aws', 'test/clients/install.sh');
  await needs('/usr/bin/curl', 'apt-get install --yes curl');
}

/** Runs the user-data script on a node. It ends when both links are up. */
export async function runAwsScript(node: BenchNode, firstFree: boolean): Promise<ScriptRun> {
  // Nothing of the machine's own AWS configuration is to reach it.
  const home = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  try {
    const measurement = await measured([script, firstFree ? 'yes' : 'no', group, subnets.a, subnets.b], {
      ...node.simulator.environment(node.node),
      HOME: home,
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    });
    const { startMs, endMs } = measurement;
    return { ...measurement, wholeMs: endMs - startMs, ec2Calls: node.simulator.record.calls.length };
  } finally {
    await rm(home, { recursive: true });
  }
}

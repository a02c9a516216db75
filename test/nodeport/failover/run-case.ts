import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Program } from './member.ts';
import { type Outcome, outcomeShape } from './outcome.ts';

const script = new URL('play.ts', import.meta.url).pathname;

/** Longer than any case takes, in ms. */
const bound = 300_000;

/**
 * Plays a case in namespaces of its own, of processes too: whatever is started there ends with it, and it ends with this
 * process.
 */
export async function runCase(name: string, seed: number, program: Program): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'multus-bootstrap-failover-'));
  const alone = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const args = [
    '--pdeathsig',
    'KILL',
    'unshare',
    ...alone,
    process.execPath,
    script,
    name,
    String(seed),
    ...program,
  ];
  try {
    const { stdout } = await execa('setpriv', args, {
      env: { TMPDIR: folder },
      timeout: bound,
      stdin: 'ignore',
    });
    return outcomeShape.parse(JSON.parse(stdout));
  } finally {
    await rm(folder, { recursive: true });
  }
}

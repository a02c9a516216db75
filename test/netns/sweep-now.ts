/** `sweep` with a second between its looks, which nobody may ask for at the command line: sweep-now.ts ROOT [--yes] */
import { sweep } from '../../agent/commands/sweep.ts';
import { exitCodeOf, messageOf } from '../../agent/failure.ts';

const [root = '', yes] = process.argv.slice(2);
process.exitCode = await sweep({ root, yes: yes === '--yes', intervalMs: 1_000 }).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  return exitCodeOf(error);
});

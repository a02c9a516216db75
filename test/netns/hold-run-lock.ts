/** Takes the run lock of the root that is its argument, says so, and keeps it until killed. */
import { acquireRunLock } from '../../agent/host/run-lock.ts';

await acquireRunLock(process.argv[2] ?? '');
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);

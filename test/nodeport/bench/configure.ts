/**
 * Runs the host's `configureNodePort` in the namespace it is started in. Its arguments: the root of its
 * files, and the links as JSON.
 */
import { systemClock } from '../../../agent/clock.ts';
import { exitCodeOf, messageOf } from '../../../agent/failure.ts';
import { createHost } from '../../../agent/host/host.ts';
import { createLog } from '../../../agent/report/log.ts';

const [root = '', links = ''] = process.argv.slice(2);
const start = performance.now();
try {
  const host = createHost({ root, clock: systemClock, log: createLog({ env: process.env }) });
  const changes = await host.configureNodePort('i-1', JSON.parse(links), AbortSignal.timeout(10_000));
  process.stdout.write(JSON.stringify({ changes, ms: performance.now() - start }));
} catch (error) {
  process.stdout.write(JSON.stringify({ failure: `${exitCodeOf(error)}: ${messageOf(error)}` }));
  process.exitCode = 1;
}

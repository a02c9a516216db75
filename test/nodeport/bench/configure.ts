/** Runs `configureNodePort` in the namespace it is started in; its argument is the links, as JSON. */
import { exitCodeOf, messageOf } from '../../../agent/failure.ts';
import { configureNodePort } from '../../../agent/host/node-port/configure.ts';

const start = performance.now();
try {
  const changes = await configureNodePort(JSON.parse(process.argv[2] ?? ''), AbortSignal.timeout(10_000));
  process.stdout.write(JSON.stringify({ changes, ms: performance.now() - start }));
} catch (error) {
  process.stdout.write(JSON.stringify({ failure: `${exitCodeOf(error)}: ${messageOf(error)}` }));
  process.exitCode = 1;
}

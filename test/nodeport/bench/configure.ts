/** Runs `configureNodePort` in the namespace it is started in; its argument is the links, as JSON. */
import { configureNodePort } from '../../../agent/host/node-port/configure.ts';

const start = performance.now();
const changes = await configureNodePort(JSON.parse(process.argv[2] ?? ''), AbortSignal.timeout(10_000));
process.stdout.write(JSON.stringify({ changes, ms: performance.now() - start }));

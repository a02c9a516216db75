/** Probes the address of its argument, until it is killed or told to exit on its standard input. */
import { systemClock } from '../../agent/clock.ts';
import { createWatchNode } from '../../agent/nodeport/node/watch-node.ts';
import { silentLog } from '../silent-log.ts';

const [, , address = ''] = process.argv;
const { signal } = new AbortController();
const { env } = process;
const node = createWatchNode({ root: '/', env, clock: systemClock, random: () => 0, log: silentLog, signal });
node.probe({ address, intervalMs: 200 }, ({ answered }) => console.log(answered), signal);
process.stdin.on('data', () => process.exit());

import { backoff } from '../../backoff.ts';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../failure.ts';
import { errorCode } from '../../host/files.ts';
import { isObject, type JsonObject } from '../../host/json.ts';
import type { Log } from '../../report/log.ts';
import { ApiRefusal, nodeNameOf, watchNode } from './api-server.ts';
import type { KubeletCredentials } from './credentials.ts';
import { markOf } from './node-marks.ts';

/** The API server is told to end a watch after so many seconds: below what load balancers cut idle connections at. */
const watchSeconds = 240;
/** Where the API server is gone without a word. */
const graceMs = 15_000;
/** A watch that ends sooner has not worked. */
const shortestMs = 10_000;
/** Between attempts, in ms: half a minute, in the middle, up to five. */
const pause = { least: 15_000, base: 30_000, cap: 285_000, afterSuccess: 1_000 };

interface NodeWatchOptions {
  credentials: KubeletCredentials;
  clock: Clock;
  random: () => number;
  log: Log;
  signal: AbortSignal;
}

/** Watches this node's Node until the signal aborts, and tells why it is about to go, whenever that is heard. */
export async function keepWatching(
  { credentials, clock, random, log, signal }: NodeWatchOptions,
  tell: (mark: string | undefined) => void,
): Promise<void> {
  let name: string | undefined;
  let failures = 0;
  let everTold = false;

  async function watchOnce(): Promise<void> {
    const started = clock.now();
    const bound = AbortSignal.any([signal, AbortSignal.timeout(watchSeconds * 1_000 + graceMs)]);
    const access = await credentials.read(bound);
    name ??= await nodeNameOf(access, bound);
    for await (const event of watchNode(access, name, watchSeconds, bound)) {
      tell(markIn(event));
      everTold = true;
      failures = 0;
    }
    if (clock.now() - started < shortestMs) {
      throw new Error('the watch ended at once');
    }
  }

  let lastTold = '';

  function tellFailure(error: unknown): void {
    // A watch that worked breaks now and then, as API servers are replaced: that is no news unless it lasts.
    const isNews = failures >= (everTold ? 2 : 1) && messageOf(error) !== lastTold;
    lastTold = isNews ? messageOf(error) : lastTold;
    // At boot, kubelet's are written after the watcher has started.
    const level = errorCode(error) === 'ENOENT' ? 'info' : 'warn';
    log[isNews ? level : 'debug'](
      `the API server does not tell whether this node is being drained: ${messageOf(error)}; it is asked again now and then`,
    );
  }

  while (!signal.aborted) {
    let pauseMs = pause.afterSuccess;
    try {
      await watchOnce();
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (error instanceof ApiRefusal && error.status === 401) {
        credentials.forget();
      }
      failures += 1;
      tellFailure(error);
      pauseMs = pause.least + backoff(failures, random, pause.base, pause.cap);
    }
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

/** Throws what the API server says of the watch itself. */
function markIn({ type, object }: JsonObject): string | undefined {
  if (type === 'ADDED' || type === 'MODIFIED') {
    return markOf(object);
  }
  if (type === 'DELETED') {
    return 'the Node is deleted';
  }
  throw new Error(`the watch says ${type}: ${isObject(object) ? object.message : object}`);
}

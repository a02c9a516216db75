import { join } from 'node:path';
import { imdsEndpoint } from '../../imds/endpoint.ts';
import { createKubeletCredentials } from './credentials.ts';
import { keepAskingForEnd } from './instance-end.ts';
import { keepWatching } from './node-watch.ts';
import type { WatchNodeOptions } from './watch-node.ts';

/**
 * Whether the node is about to go, as the API server or IMDS last told; false until they do. Both are listened to from
 * the first question on.
 */
export function createDrainWatch(options: WatchNodeOptions): () => boolean {
  const { root, env, log } = options;
  const endpoint = imdsEndpoint(env);
  const marks = new Map<string, string | undefined>();

  const keep = (source: string) => (mark: string | undefined) => {
    const before = marks.get(source);
    marks.set(source, mark);
    if (mark !== before) {
      log.info(mark === undefined ? `no longer: ${before}` : `this node is about to go: ${mark}`);
    }
  };

  function start(): void {
    const credentials = createKubeletCredentials(join(root, 'var/lib/kubelet/kubeconfig'), env);
    void keepWatching({ ...options, credentials }, keep('node'));
    void keepAskingForEnd({ ...options, endpoint }, keep('instance'));
  }

  let started = false;
  return () => {
    if (!started) {
      started = true;
      start();
    }
    return [...marks.values()].some((mark) => mark !== undefined);
  };
}

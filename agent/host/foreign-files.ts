import { join } from 'node:path';
import { namesIn, readIfPresent, removeFile } from './files.ts';
import { ownerOf } from './owner.ts';
import { linkFilePrefix, paths } from './paths.ts';

/**
 * Removes what another instance's agent wrote, as an image made from a running node carries it; answers the
 * paths. A file of ours that does not tell its instance counts as another's.
 */
export async function removeForeignFiles(root: string, instanceId: string): Promise<string[]> {
  const at = paths(root);
  const linkFiles = (await namesIn(at.network)).filter((name) => name.startsWith(linkFilePrefix));
  const intents = await namesIn(at.intents);
  const ours = [
    ...linkFiles.map((name) => join(at.network, name)),
    ...intents.map((name) => join(at.intents, name)),
    at.dropIn,
    at.kubeletFlags,
    at.result,
    at.nodePort,
    at.go,
  ];
  const removed = await Promise.all(ours.map((path) => removeIfForeign(root, instanceId, path)));
  return removed.flat();
}

/** Removes a file of ours if it was written for this instance; answers whether it was. Throws a `Failure` (9). */
export async function removeOwnFile(instanceId: string, path: string): Promise<boolean> {
  return ownerOf((await readIfPresent(path)) ?? '') === instanceId && (await removeFile(path));
}

async function removeIfForeign(root: string, instanceId: string, path: string): Promise<string[]> {
  const content = await readIfPresent(path);
  if (content === undefined) {
    return [];
  }
  const owner = ownerOf(content);
  if (owner === instanceId) {
    return [];
  }
  const removed = [path];
  const name = /10-multus-bootstrap-(.+)\.link$/.exec(path)?.[1];
  if (owner !== undefined && name !== undefined) {
    // nodeadm's cache names the instance in the path alone, and holds entries that are not ours beside it.
    const entry = join(paths(root).managerCache(owner), name);
    if (await removeFile(entry)) {
      removed.push(entry);
    }
  }
  await removeFile(path);
  return removed;
}

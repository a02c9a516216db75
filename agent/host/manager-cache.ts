import { join } from 'node:path';
import { namesIn, readIfPresent, removeFile } from './files.ts';
import { paths } from './paths.ts';

/**
 * Removes nodeadm's entries that give networkd a name which no link bears: those of the names that our devices
 * had until they were renamed. They would make nodeadm's boot hook wait a minute, at each boot, for a link that
 * never comes. Answers the names.
 */
export async function removeStaleEntries(
  root: string,
  instanceId: string,
  linkNames: readonly string[],
): Promise<string[]> {
  const folder = paths(root).managerCache(instanceId);
  const gone = (await namesIn(folder)).filter((name) => !name.startsWith('.') && !linkNames.includes(name));
  const removed = await Promise.all(
    gone.map(async (name) => {
      const manager = (await readIfPresent(join(folder, name)))?.trim();
      if (manager !== 'io.systemd.Network') {
        return [];
      }
      return (await removeFile(join(folder, name))) ? [name] : [];
    }),
  );
  return removed.flat();
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the `.link` file for this MAC says: udev, which a network namespace lacks, gives it to the device at once. */
export async function linkFileFor(
  root: string,
  mac: string,
): Promise<{ name: string; mtu: string } | undefined> {
  const folder = join(root, 'etc/systemd/network');
  const files = await readdir(folder).catch((): string[] => []);
  for (const file of files.filter((each) => each.endsWith('.link'))) {
    const text = await readFile(join(folder, file), 'utf8');
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
    const name = value('Name');
    if (value('PermanentMACAddress') === mac && name !== undefined) {
      return { name, mtu: value('MTUBytes') ?? '1500' };
    }
  }
  return undefined;
}

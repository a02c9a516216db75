import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { systemClock } from '../clock.ts';
import { ExitCode, Failure } from '../failure.ts';
import { readIfPresent } from './files.ts';

/** IPv6 address generation off, as the kernel counts its modes. */
const none = 1;
/** Of a reverse path filter. */
const loose = 2;
/** In bytes: the kernel has no IPv6, and no setting of it, on a link with less. */
const leastIpv6Mtu = 1280;

/**
 * Waits until the settings of a link are under its name. The kernel takes them away and makes them anew while it renames a
 * link, as udev has it do, and /sys has the new name before that: for some milliseconds there are none.
 *
 * @param mtu the link's, in bytes
 */
export async function untilSettingsAreThere(name: string, mtu: number, signal: AbortSignal): Promise<void> {
  const folders = ['/proc/sys/net/ipv4/conf', ...(mtu < leastIpv6Mtu ? [] : ['/proc/sys/net/ipv6/conf'])];
  const missing = () => folders.some((folder) => existsSync(folder) && !existsSync(`${folder}/${name}`));
  const until = systemClock.now() + settingsMs;
  while (missing() && systemClock.now() < until) {
    await systemClock.sleep(1, signal);
  }
}

/** Far beyond what the kernel takes. */
const settingsMs = 2_000;

/**
 * Has the kernel give the link no IPv6 address of its own making; answers whether it would have. Throws a `Failure` (9).
 */
export async function stopAddressGeneration(name: string): Promise<boolean> {
  const path = `/proc/sys/net/ipv6/conf/${name}/addr_gen_mode`;
  const mode = await readIfPresent(path);
  // Where there is no IPv6, there is no such setting.
  if (mode === undefined || Number(mode) === none) {
    return false;
  }
  await set(name, path, none);
  return true;
}

/**
 * Makes the link's reverse path filter loose; answers whether it was not. A strict one drops what arrives for a
 * pod's address where the host would answer by another link. Off is made loose too: the kernel applies the larger
 * of the link's value and `all` (0 off, 1 strict, 2 loose), so only a 2 here holds when something sets `all` to 1
 * later. Throws a `Failure` (9).
 */
export async function loosenReversePathFilter(name: string): Promise<boolean> {
  const path = `/proc/sys/net/ipv4/conf/${name}/rp_filter`;
  if (Number(await readIfPresent(path)) === loose) {
    return false;
  }
  await set(name, path, loose);
  return true;
}

async function set(name: string, path: string, value: number): Promise<void> {
  await writeFile(path, String(value)).catch((error: Error) => {
    throw new Failure(
      ExitCode.host,
      `${name}: could not set ${path} to ${value}: ${error.message}; run as root`,
      {
        cause: error,
      },
    );
  });
}

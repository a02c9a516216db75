import { writeFile } from 'node:fs/promises';
import { ExitCode, Failure } from '../failure.ts';
import { readIfPresent } from './files.ts';

/** IPv6 address generation off, as the kernel counts its modes. */
const none = 1;

/** Whether the kernel gives the link an IPv6 address of its own making; false where it has no IPv6. */
export async function generatesAddresses(name: string): Promise<boolean> {
  const mode = await readIfPresent(`/proc/sys/net/ipv6/conf/${name}/addr_gen_mode`);
  return mode !== undefined && Number(mode) !== none;
}

/**
 * Makes the link's reverse path filter loose; answers whether it was not. A strict one drops what arrives for a
 * pod's address where the host would answer by another link. Off is made loose too: the kernel applies the larger
 * of the link's value and `all` (0 off, 1 strict, 2 loose), so only a 2 here holds when something sets `all` to 1
 * later. Throws a `Failure` (9).
 */
export async function loosenReversePathFilter(name: string): Promise<boolean> {
  const path = `/proc/sys/net/ipv4/conf/${name}/rp_filter`;
  if (Number(await readIfPresent(path)) === 2) {
    return false;
  }
  await writeFile(path, '2').catch((error: Error) => {
    throw new Failure(ExitCode.host, `${name}: could not make ${path} loose: ${error.message}; run as root`, {
      cause: error,
    });
  });
  return true;
}

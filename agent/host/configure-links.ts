import { readFile, writeFile } from 'node:fs/promises';
import { ExitCode, Failure } from '../failure.ts';
import type { Log } from '../report/log.ts';
import { command, tryCommand } from './command.ts';
import { type LinkDetails, readAddresses, readLinkDetails } from './ip.ts';
import { readLinks } from './links.ts';
import { type MendStep, mend } from './mend.ts';
import type { WantedLink } from './port.ts';

/**
 * Mends the names of our links, sets them up, brings them up; answers in words what it changed. `settle` waits
 * for udev, which may be about to rename the same links.
 */
export async function configureLinks(
  wanted: readonly WantedLink[],
  settle: () => Promise<void>,
  log: Log,
  signal: AbortSignal,
): Promise<string[]> {
  const renamed = await mendNames(wanted, settle, signal);
  const details = await readLinkDetails(signal);
  const changes = await Promise.all(
    wanted.map((link) => configureLink(link, details.get(link.name), signal)),
  );
  for (const { name, addresses } of await readAddresses(signal)) {
    if (!wanted.some((link) => link.name === name)) continue;
    for (const address of addresses) {
      log.warn(`${name}: has the address ${address}, which multus-bootstrap did not set; left as it is`, {
        interface: name,
        address,
      });
    }
  }
  return [...renamed, ...changes.flat()];
}

async function mendNames(
  wanted: readonly WantedLink[],
  settle: () => Promise<void>,
  signal: AbortSignal,
): Promise<string[]> {
  const before = await readLinks();
  if (wanted.every((want) => before.some(({ mac, name }) => mac === want.mac && name === want.name)))
    return [];
  // What is misnamed now may be a rename that udev has yet to do: only what it leaves so is mended.
  await settle();
  const links = await readLinks();
  const steps = mend(links, wanted);
  for (const step of steps) await command('ip', stepArguments(step), signal);
  return wanted.flatMap((want) => {
    const was = links.find((link) => link.mac === want.mac)?.name;
    return was === undefined || was === want.name ? [] : [`${want.name}: renamed from ${was}`];
  });
}

function stepArguments(step: MendStep): string[] {
  return ['link', 'set', 'dev', step.link, ...(step.action === 'down' ? ['down'] : ['name', step.to])];
}

async function configureLink(
  want: WantedLink,
  link: LinkDetails | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  if (link === undefined) {
    throw new Failure(ExitCode.host, `${want.name}: the link went away while it was being set up; run again`);
  }
  const changes: string[] = [];
  if (link.mtu !== want.mtu) {
    await setMtu(want, link, signal);
    changes.push(`${want.name}: MTU ${link.mtu} → ${want.mtu}`);
  }
  // Undefined where the kernel has no IPv6. Before `up`, which is when the link-local address is made.
  if (link.addressGeneration !== undefined && link.addressGeneration !== 'none') {
    await command('ip', ['link', 'set', 'dev', want.name, 'addrgenmode', 'none'], signal);
    changes.push(`${want.name}: no IPv6 address generation`);
  }
  if (await loosenReversePathFilter(want.name)) changes.push(`${want.name}: rp_filter loose`);
  if (!link.up) {
    await command('ip', ['link', 'set', 'dev', want.name, 'up'], signal);
    changes.push(`${want.name}: up`);
  }
  return changes;
}

async function setMtu(want: WantedLink, link: LinkDetails, signal: AbortSignal): Promise<void> {
  const args = ['link', 'set', 'dev', want.name, 'mtu', String(want.mtu)];
  const result = await tryCommand('ip', args, signal);
  if (result.ok) return;
  throw new Failure(
    ExitCode.host,
    `${want.name}: MTU ${want.mtu} was refused: ${result.said}. Its driver allows ${link.minimumMtu} to ` +
      `${link.maximumMtu}: correct \`mtu\` in the configuration`,
  );
}

/**
 * A strict filter drops what arrives for a pod's address, which the host would answer by another link. The
 * kernel applies the larger of the link's value and `all`: 0 off, 1 strict, 2 loose. Off is left off.
 */
async function loosenReversePathFilter(name: string): Promise<boolean> {
  const path = (of: string) => `/proc/sys/net/ipv4/conf/${of}/rp_filter`;
  try {
    const values = await Promise.all([readFile(path('all'), 'utf8'), readFile(path(name), 'utf8')]);
    if (Math.max(...values.map(Number)) !== 1) return false;
    await writeFile(path(name), '2');
    return true;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Failure(ExitCode.host, `${name}: could not make rp_filter loose: ${said}; run as root`, {
      cause: error,
    });
  }
}

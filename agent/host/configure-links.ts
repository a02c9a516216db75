import { ExitCode, Failure } from '../failure.ts';
import type { Log } from '../report/log.ts';
import { tryCommand } from './command.ts';
import { ip, type LinkDetails, readLinkDetails } from './ip.ts';
import { readDevices, readLinks } from './links.ts';
import { type MendStep, mend } from './mend.ts';
import type { LinkChange, WantedLink } from './port.ts';
import { loosenReversePathFilter, stopAddressGeneration } from './sysctl.ts';

/**
 * Mends the names of our links, sets them up, brings them up; answers those on which it changed something. `settle`
 * waits for udev, which may be about to rename the same links.
 */
export async function configureLinks(
  wanted: readonly WantedLink[],
  settle: () => Promise<void>,
  log: Log,
  signal: AbortSignal,
): Promise<LinkChange[]> {
  const formerNames = await mendNames(wanted, settle, signal);
  const changed = await Promise.all(
    wanted.map(async (link): Promise<LinkChange> => {
      const formerName = formerNames.get(link.name);
      const renamed = formerName === undefined ? [] : [`renamed from ${formerName}`];
      return { name: link.name, changes: [...renamed, ...(await configureLink(link, log, signal))] };
    }),
  );
  return changed.filter(({ changes }) => changes.length > 0);
}

/** Answers the former names of those that it renamed. */
async function mendNames(
  wanted: readonly WantedLink[],
  settle: () => Promise<void>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const before = await readDevices();
  if (wanted.every((want) => before.some(({ mac, name }) => mac === want.mac && name === want.name))) {
    return new Map();
  }
  // What is misnamed now may be a rename that udev has yet to do: only what it leaves so is mended.
  await settle();
  const links = await readLinks();
  for (const step of mend(links, wanted)) {
    await ip(step.link, stepArguments(step), signal);
  }
  return new Map(
    wanted.flatMap((want): [string, string][] => {
      const was = links.find((link) => link.mac === want.mac)?.name;
      return was === undefined || was === want.name ? [] : [[want.name, was]];
    }),
  );
}

function stepArguments(step: MendStep): string[] {
  switch (step.action) {
    case 'down':
      return ['link', 'set', 'dev', step.link, 'down'];
    case 'dropAlternative':
      return ['link', 'property', 'del', 'dev', step.link, 'altname', step.name];
    case 'rename':
      return ['link', 'set', 'dev', step.link, 'name', step.to];
  }
}

async function configureLink(want: WantedLink, log: Log, signal: AbortSignal): Promise<string[]> {
  const { name } = want;
  // The settings before `up`, which is when the kernel makes a link-local address.
  const [link, hasStopped, isLoose] = await Promise.all([
    readLinkDetails(name, signal),
    stopAddressGeneration(name),
    loosenReversePathFilter(name),
  ]);
  const changes: string[] = [];
  for (const address of link.addresses) {
    log.warn(`${name}: has the address ${address}, which multus-bootstrap did not set; left as it is`, {
      interface: name,
      address,
    });
  }
  if (link.mtu !== want.mtu) {
    await setMtu(want, link, signal);
    changes.push(`MTU ${link.mtu} → ${want.mtu}`);
  }
  if (hasStopped) {
    changes.push('no IPv6 address generation');
  }
  if (isLoose) {
    changes.push('rp_filter loose');
  }
  if (!link.up) {
    await ip(name, ['link', 'set', 'dev', name, 'up'], signal);
    changes.push('up');
  }
  return changes;
}

async function setMtu(want: WantedLink, link: LinkDetails, signal: AbortSignal): Promise<void> {
  const args = ['link', 'set', 'dev', want.name, 'mtu', String(want.mtu)];
  const result = await tryCommand('ip', args, signal);
  if (result.ok) {
    return;
  }
  throw new Failure(
    ExitCode.host,
    `${want.name}: MTU ${want.mtu} was refused: ${result.said.replace(/\.$/, '')}. Its driver allows ${link.minimumMtu} to ` +
      `${link.maximumMtu}: correct \`mtu\` in the configuration`,
  );
}

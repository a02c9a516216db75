import { ExitCode, Failure } from '../failure.ts';
import type { Log } from '../report/log.ts';
import { tryCommand } from './command.ts';
import { ip, readLinkDetails } from './ip.ts';
import { readDevices, readLinks } from './links.ts';
import { type MendStep, mend } from './mend.ts';
import type { Device, LinkChange, WantedLink } from './port.ts';
import { loosenReversePathFilter, stopAddressGeneration, untilSettingsAreThere } from './sysctl.ts';
import type { WaitingIp } from './waiting-ip.ts';

/**
 * Mends the names of our links, sets them up, brings them up; answers those on which it changed something. `settle`
 * waits for udev, which may be about to rename the same links.
 *
 * @param waiting has not been told anything yet
 */
export async function configureLinks(
  wanted: readonly WantedLink[],
  settle: () => Promise<void>,
  waiting: WaitingIp | undefined,
  log: Log,
  signal: AbortSignal,
): Promise<LinkChange[]> {
  const before = await readDevices();
  const formerNames = await mendNames(wanted, before, settle, signal);
  const devices = await readDevices();
  const changed = await Promise.all(
    wanted.map(async (link): Promise<LinkChange> => {
      const formerName = formerNames.get(link.name);
      const renamed = formerName === undefined ? [] : [`renamed from ${formerName}`];
      const device = devices.find(({ name }) => name === link.name);
      if (before.some(({ mac, up }) => mac === link.mac && up)) {
        await tellAddresses(link, log, signal);
      }
      const isDown = device?.up !== true;
      const changes = [...renamed, ...(await configureLink(link, device, signal)), ...(isDown ? ['up'] : [])];
      return { name: link.name, changes };
    }),
  );
  const down = changed.filter(({ changes }) => changes.includes('up'));
  await bringUp(
    down.map(({ name }) => name),
    waiting,
    signal,
  );
  return changed.filter(({ changes }) => changes.length > 0);
}

/** Answers the former names of those that it renamed. */
async function mendNames(
  wanted: readonly WantedLink[],
  before: readonly Device[],
  settle: () => Promise<void>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
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

/** A link that is down has none, as a rule: who gives it one brings it up. The question would be a process more. */
async function tellAddresses({ name }: WantedLink, log: Log, signal: AbortSignal): Promise<void> {
  const { addresses } = await readLinkDetails(name, signal);
  for (const address of addresses) {
    log.warn(`${name}: has the address ${address}, which multus-bootstrap did not set; left as it is`, {
      interface: name,
      address,
    });
  }
}

async function configureLink(
  want: WantedLink,
  device: Device | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const { name } = want;
  const changes: string[] = [];
  if (device?.mtu !== want.mtu) {
    await setMtu(want, signal);
    changes.push(`MTU ${device?.mtu} → ${want.mtu}`);
  }
  await untilSettingsAreThere(name, want.mtu, signal);
  // The settings before `up`, which is when the kernel makes a link-local address.
  const [hasStopped, isLoose] = await Promise.all([
    stopAddressGeneration(name),
    loosenReversePathFilter(name),
  ]);
  if (hasStopped) {
    changes.push('no IPv6 address generation');
  }
  if (isLoose) {
    changes.push('rp_filter loose');
  }
  return changes;
}

async function bringUp(
  names: readonly string[],
  waiting: WaitingIp | undefined,
  signal: AbortSignal,
): Promise<void> {
  const orders = names.map((name) => `link set dev ${name} up`);
  if (names.length === 0 || (await waiting?.obey(orders, signal))) {
    return;
  }
  // One after the other, to tell which of them it is that is refused.
  for (const name of names) {
    await ip(name, ['link', 'set', 'dev', name, 'up'], signal);
  }
}

async function setMtu({ name, mtu }: WantedLink, signal: AbortSignal): Promise<void> {
  const result = await tryCommand('ip', ['link', 'set', 'dev', name, 'mtu', String(mtu)], signal);
  if (result.ok) {
    return;
  }
  const { minimumMtu, maximumMtu } = await readLinkDetails(name, signal);
  throw new Failure(
    ExitCode.host,
    `${name}: MTU ${mtu} was refused: ${result.said.replace(/\.$/, '')}. Its driver allows ${minimumMtu} to ` +
      `${maximumMtu}: correct \`mtu\` in the configuration`,
  );
}

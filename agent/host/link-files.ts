import { join } from 'node:path';
import { namesIn, namesNow, readIfPresent, readNow, removeNow, writeAtomically } from './files.ts';
import { ownerComment, ownerOf } from './owner.ts';
import { linkFilePrefix, paths } from './paths.ts';
import type { WantedLink } from './port.ts';

/**
 * The .link file by which udev names the device as it appears. The first file that matches is the only one that
 * applies (systemd.link(5)), so what the stock `99-default.link` sets must be said again: no `NamePolicy=`,
 * which would go before `Name=`, and the MAC as EC2 gave it.
 */
export function linkFile(instanceId: string, link: WantedLink): string {
  return `${ownerComment(instanceId)}[Match]
PermanentMACAddress=${link.mac}

[Link]
Description=${link.eniId}
Name=${link.name}
MACAddressPolicy=none
MTUBytes=${link.mtu}
`;
}

/** The .network file that keeps networkd from configuring the device: the stock one gives DHCP to every ENA link. */
export function networkFile(instanceId: string, link: WantedLink): string {
  return `${ownerComment(instanceId)}[Match]
PermanentMACAddress=${link.mac}

[Link]
Unmanaged=yes
`;
}

/** nodeadm's udev broker reads its cache before it decides: with this, it leaves the link alone. */
const notManaged = 'cni';

/** Writes those of the files that are not as they should be; answers whether there were any. */
export async function writeLinkFiles(root: string, instanceId: string, link: WantedLink): Promise<boolean> {
  const at = paths(root);
  removeFormerNames(root, instanceId, link);
  const inPlace = readNow(at.link(link.name));
  const first = writeIfChanged(at.link(link.name), linkFile(instanceId, link));
  if (inPlace !== undefined && !isFor(link, inPlace)) {
    // Until that is replaced, whoever has the other device removes all that is under this name.
    await first;
  }
  const writes = [
    first,
    writeIfChanged(at.networkFile(link.name), networkFile(instanceId, link)),
    writeIfChanged(join(at.managerCache(instanceId), link.name), notManaged),
  ];
  // If one fails, the files are removed: none may come into being behind that.
  await Promise.allSettled(writes);
  return (await Promise.all(writes)).includes(true);
}

/** Removes the files; answers whether there were any. */
export async function removeLinkFiles(root: string, instanceId: string, name: string): Promise<boolean> {
  return removeNamed(root, instanceId, name);
}

function removeNamed(root: string, instanceId: string, name: string): boolean {
  const at = paths(root);
  const files = [at.link(name), at.networkFile(name), join(at.managerCache(instanceId), name)];
  return files.map(removeNow).includes(true);
}

/** The interfaces for which there are files that name this instance. Throws a `Failure` (9). */
export async function namesWithLinkFiles(root: string, instanceId: string): Promise<string[]> {
  const { network } = paths(root);
  const files = (await namesIn(network)).filter((file) => file.startsWith(linkFilePrefix));
  const contents = await Promise.all(files.map((file) => readIfPresent(join(network, file))));
  const own = files.filter((_, index) => ownerOf(contents[index] ?? '') === instanceId);
  return [...new Set(own.map((file) => file.slice(linkFilePrefix.length).replace(/\.(link|network)$/, '')))];
}

/**
 * Removes the files of names that an earlier configuration gave to this device: of two .link files that match, the first
 * would win. Where two names are swapped, another interface may write to one of them meanwhile: never between the look and
 * the removal, and its `.link` before the others.
 */
function removeFormerNames(root: string, instanceId: string, link: WantedLink): void {
  const at = paths(root);
  const former = namesNow(at.network)
    .filter((file) => file.startsWith(linkFilePrefix) && file.endsWith('.link'))
    .map((file) => file.slice(linkFilePrefix.length, -'.link'.length))
    .filter((name) => name !== link.name)
    .filter((name) => isFor(link, readNow(at.link(name)) ?? ''));
  for (const name of former) {
    removeNamed(root, instanceId, name);
  }
}

function isFor({ mac }: WantedLink, text: string): boolean {
  return text.includes(`PermanentMACAddress=${mac}\n`);
}

async function writeIfChanged(path: string, content: string): Promise<boolean> {
  if ((await readIfPresent(path)) === content) {
    return false;
  }
  await writeAtomically(path, content);
  return true;
}

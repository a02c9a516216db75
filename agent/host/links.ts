import { readdir, readFile } from 'node:fs/promises';
import type { Link } from './port.ts';

const folder = '/sys/class/net';
const IFF_UP = 1;

/**
 * The kernel's links. Those stacked on another (a VLAN, an ipvlan, a bridge), which may bear its MAC, come after
 * the others: the first with a MAC is the device itself.
 */
export async function readLinks(): Promise<Link[]> {
  const entries = await Promise.all((await readdir(folder)).map(readLink));
  const present = entries.filter((entry) => entry !== undefined);
  return [...present.filter((entry) => !entry.stacked), ...present.filter((entry) => entry.stacked)].map(
    (entry) => entry.link,
  );
}

/** The device with this MAC, not one stacked on it; undefined if there is none now. */
export async function findDevice(mac: string): Promise<Link | undefined> {
  const entries = await Promise.all((await readdir(folder)).map(readLink));
  return entries.find((entry) => entry?.link.mac === mac && !entry.stacked)?.link;
}

async function readLink(name: string): Promise<{ link: Link; stacked: boolean } | undefined> {
  try {
    const attribute = async (file: string) => (await readFile(`${folder}/${name}/${file}`, 'utf8')).trim();
    const [mac, flags, mtu, operState, files] = await Promise.all([
      attribute('address'),
      attribute('flags'),
      attribute('mtu'),
      attribute('operstate'),
      readdir(`${folder}/${name}`),
    ]);
    const up = (Number(flags) & IFF_UP) !== 0;
    const stacked = files.some((file) => file.startsWith('lower_'));
    return { link: { name, mac, up, mtu: Number(mtu), operState }, stacked };
  } catch {
    // Gone, or renamed, since it was listed: that is an event, at which it is looked for again.
    return undefined;
  }
}

import { readdir, readFile } from 'node:fs/promises';
import { readAlternativeNames } from './ip.ts';
import type { Device, Link } from './port.ts';

const folder = '/sys/class/net';
const IFF_UP = 1;

/** As `readDevices`, with the alternative names, which are not in /sys. Throws a `Failure` (9). */
export async function readLinks(): Promise<Link[]> {
  const [devices, alternativeNames] = await Promise.all([readDevices(), readAlternativeNames()]);
  return devices.map((device) => ({ ...device, alternativeNames: alternativeNames.get(device.name) ?? [] }));
}

/**
 * The kernel's links. Those stacked on another (a VLAN, an ipvlan, a bridge), which may bear its MAC, come after
 * the others: the first with a MAC is the device itself.
 */
export async function readDevices(): Promise<Device[]> {
  const entries = await Promise.all((await readdir(folder)).map(readEntry));
  const present = entries.filter((entry) => entry !== undefined);
  return [...present.filter((entry) => !entry.stacked), ...present.filter((entry) => entry.stacked)].map(
    (entry) => entry.device,
  );
}

/** The device with this MAC, not one stacked on it; undefined if there is none now. */
export async function findDevice(mac: string): Promise<Device | undefined> {
  const entries = await Promise.all((await readdir(folder)).map(readEntry));
  return entries.find((entry) => entry?.device.mac === mac && !entry.stacked)?.device;
}

async function readEntry(name: string): Promise<{ device: Device; stacked: boolean } | undefined> {
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
    return { device: { name, mac, up, mtu: Number(mtu), operState }, stacked };
  } catch {
    // Gone, or renamed, since it was listed: that is an event, at which it is looked for again.
    return undefined;
  }
}

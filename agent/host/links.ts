import { readdirSync, readFileSync } from 'node:fs';
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
  const present = readdirSync(folder).flatMap((name) => unlessGone(() => readEntry(name)) ?? []);
  return [...present.filter((entry) => !entry.stacked), ...present.filter((entry) => entry.stacked)].map(
    (entry) => entry.device,
  );
}

/** The device with this MAC, not one stacked on it; undefined if there is none now. */
export async function findDevice(mac: string): Promise<Device | undefined> {
  const named = readdirSync(folder).filter((name) => unlessGone(() => attribute(name, 'address')) === mac);
  return named.flatMap((name) => unlessGone(() => readEntry(name)) ?? []).find(({ stacked }) => !stacked)
    ?.device;
}

function readEntry(name: string): { device: Device; stacked: boolean } {
  const mac = attribute(name, 'address');
  const up = (Number(attribute(name, 'flags')) & IFF_UP) !== 0;
  const mtu = Number(attribute(name, 'mtu'));
  const operState = attribute(name, 'operstate');
  const stacked = readdirSync(`${folder}/${name}`).some((file) => file.startsWith('lower_'));
  return { device: { name, mac, up, mtu, operState }, stacked };
}

function attribute(name: string, file: string): string {
  return readFileSync(`${folder}/${name}/${file}`, 'utf8').trim();
}

/** A link may be gone, or renamed, since it was listed: that is an event, at which it is looked for again. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

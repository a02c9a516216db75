import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** A link of this namespace. */
export interface Device {
  name: string;
  mac: string;
  up: boolean;
  mtu: number;
}

/** The links of this namespace but `lo` and the far ends of the pairs. */
export async function devices(): Promise<Device[]> {
  const names = (await readdir('/sys/class/net')).filter((name) => name !== 'lo' && !name.startsWith(farEnd));
  // One that goes while it is read is gone.
  const found = await Promise.all(names.map((name) => readDevice(name).catch(() => undefined)));
  return found.filter((device) => device !== undefined);
}

async function readDevice(name: string): Promise<Device> {
  const read = (file: string) => readFile(`/sys/class/net/${name}/${file}`, 'utf8');
  return {
    name,
    mac: (await read('address')).trim(),
    up: (Number(await read('flags')) & 1) === 1,
    mtu: Number(await read('mtu')),
  };
}

const farEnd = 'far';

/** Makes a device appear as hot-plug does: down, under the kernel's name, with its MAC. */
export async function plug(name: string, mac: string): Promise<void> {
  const peer = farEnd + mac.replaceAll(':', '').slice(-10);
  await execa('ip', [
    'link',
    'add',
    name,
    'address',
    mac,
    'mtu',
    '1500',
    'type',
    'veth',
    'peer',
    'name',
    peer,
  ]);
  // A device without a carrier would be no ENI's.
  await execa('ip', ['link', 'set', peer, 'up']);
}

/** Takes the device with this MAC away, under whatever name. */
export async function unplug(mac: string): Promise<void> {
  const device = (await devices()).find((each) => each.mac === mac);
  if (device !== undefined) {
    await execa('ip', ['link', 'del', device.name]);
  }
}

/** Takes all devices away. */
export async function unplugAll(): Promise<void> {
  for (const { mac } of await devices()) {
    await unplug(mac);
  }
}

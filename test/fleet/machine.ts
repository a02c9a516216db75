import type { Host, Intent, WantedLink } from '../../agent/host/port.ts';
import type { Eni } from '../simulator/model/records.ts';
import { NodePortDisk } from './node-port-disk.ts';
import type { Process } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long a step on the host takes, in ms: an fsync, an `ip` command. */
const stepMs = 5;

interface Device {
  mac: string;
  name: string;
  up: boolean;
}

/** What the disk of a node keeps over kills and reboots, and what its kernel shows. */
export class Machine {
  readonly intents = new Map<string, { intent: Intent; writtenAt: number }>();
  readonly linkFiles = new Map<string, WantedLink>();
  readonly nodePort = new NodePortDisk();
  /** By MAC. */
  readonly devices = new Map<string, Device>();
  /** Told before and after each step on the host, by its name: a kill may come there. */
  onStep: (name: string, moment: 'before' | 'after') => void = () => undefined;
  readonly #time: VirtualTime;
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** The kernel shows the ENI's device, under the name that udev gives it, or none any more. */
  plug(eni: Eni, isThere: boolean): void {
    if (!isThere) {
      this.devices.delete(eni.mac);
      return;
    }
    const name = this.#nameFor(eni.mac, `ens${5 + (eni.attachment?.deviceIndex ?? 0)}`);
    this.devices.set(eni.mac, { mac: eni.mac, name, up: false });
    for (const wake of this.#waiting.get(eni.mac) ?? []) {
      wake();
    }
    this.#waiting.delete(eni.mac);
  }

  /** A reboot: links are down, their names udev's again. */
  reboot(): void {
    this.nodePort.reboot();
    for (const [n, device] of [...this.devices.values()].entries()) {
      device.up = false;
      device.name = this.#nameFor(device.mac, `ens${6 + n}`);
    }
  }

  #nameFor(mac: string, otherwise: string): string {
    return [...this.linkFiles.values()].find((link) => link.mac === mac)?.name ?? otherwise;
  }

  /** The host as a process on it sees it. */
  hostFor(process: Process): Host {
    const step = <T>(name: string, effect: () => T): Promise<T> =>
      process.alive(async () => {
        this.onStep(name, 'before');
        await process.alive(() => this.#time.sleep(stepMs / 2));
        const result = effect();
        this.onStep(name, 'after');
        await process.alive(() => this.#time.sleep(stepMs / 2));
        return result;
      });
    return {
      checkMayChangeLinks: async () => undefined,
      removeForeignFiles: async () => [],
      links: () =>
        step('links', () =>
          [...this.devices.values()].map((device) => ({
            ...device,
            mtu: 9001,
            operState: device.up ? 'up' : 'down',
            alternativeNames: [],
          })),
        ),
      readIntents: (instanceId) =>
        step('readIntents', () =>
          [...this.intents.values()]
            .filter(({ intent }) => intent.instanceId === instanceId)
            .map(({ intent, writtenAt }) => ({ ...intent, ageMs: this.#time.now() - writtenAt })),
        ),
      writeIntent: (intent) =>
        step(`writeIntent ${intent.interface}`, () => {
          this.intents.set(intent.interface, { intent, writtenAt: this.#time.now() });
        }),
      removeIntent: (name) => step(`removeIntent ${name}`, () => void this.intents.delete(name)),
      writeLinkFiles: (_, link) =>
        step(`writeLinkFiles ${link.name}`, () => {
          const isNew = this.linkFiles.get(link.name)?.mac !== link.mac;
          this.linkFiles.set(link.name, link);
          return isNew;
        }),
      removeLinkFiles: (_, name) => step(`removeLinkFiles ${name}`, () => void this.linkFiles.delete(name)),
      checkNft: async () => undefined,
      followLinkUps: () => undefined,
      nodePortFiles: this.nodePort.files(step),
      configureNodePort: (_, links) =>
        step('configureNodePort', () =>
          this.nodePort.configure(links).map((name) => ({ name, changes: ['NodePort addresses'] })),
        ),
      waitForDevice: (mac, signal) => process.alive(() => this.#device(mac, signal)),
      configureLinks: (_, links) =>
        step(`configureLinks ${links.map(({ name }) => name).join(' ')}`, () =>
          links.flatMap((link) => this.#configure(link)),
        ),
    };
  }

  async #device(mac: string, signal: AbortSignal) {
    while (!this.devices.has(mac)) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#waiting.set(mac, [...(this.#waiting.get(mac) ?? []), resolve]);
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      await promise.finally(() => signal.removeEventListener('abort', abort));
    }
    return { mac, name: this.devices.get(mac)?.name ?? '', up: false, mtu: 9001, operState: 'down' };
  }

  #configure({ name, mac }: WantedLink) {
    const device = this.devices.get(mac);
    if (device === undefined || (device.up && device.name === name)) {
      return [];
    }
    this.devices.set(mac, { mac, name, up: true });
    return [{ name, changes: ['up'] }];
  }
}

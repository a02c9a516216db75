import type { Clock } from '../clock.ts';
import type { Log } from '../report/log.ts';
import { tryCommand } from './command.ts';
import { configureLinks } from './configure-links.ts';
import { createDeviceWatch } from './device-watch.ts';
import { removeForeignFiles } from './foreign-files.ts';
import { readIntents, removeIntent, writeIntent } from './intents.ts';
import { checkMayChangeLinks } from './ip.ts';
import { removeLinkFiles, writeLinkFiles } from './link-files.ts';
import { followLinkUps } from './link-ups.ts';
import { findDevice, readDevices, readLinks } from './links.ts';
import { removeStaleEntries } from './manager-cache.ts';
import { alone } from './node-port/alone.ts';
import { configureNodePort } from './node-port/configure.ts';
import { checkNft } from './node-port/nft.ts';
import { createNodePortFiles } from './node-port-files.ts';
import type { Host } from './port.ts';
import { startIp, type WaitingIp } from './waiting-ip.ts';

export interface HostOptions {
  /** The root of the file tree; with another than `/`, udev and systemd of the host are left alone. */
  root: string;
  clock: Clock;
  log: Log;
}

/** The host's side of a run, on this machine. The caller holds the run lock: see run-lock.ts. */
export function createHost({ root, clock, log }: HostOptions): Host {
  const devices = createDeviceWatch(clock);
  const ownSystem = root === '/';
  /** Started while nothing else is to be done: kubelet waits for what it is told. */
  let waiting: WaitingIp | undefined;

  /** udev and networkd read our files when told to. Where they are not told, the names are mended afterwards. */
  async function reload(): Promise<void> {
    if (!ownSystem) {
      return;
    }
    await Promise.all([attempt('udevadm', ['control', '--reload']), attempt('networkctl', ['reload'])]);
  }

  /** udevd's queue may never empty, by what others do: 30 s is far beyond what a rename takes. */
  async function settle(signal: AbortSignal): Promise<void> {
    if (ownSystem) {
      await attempt('udevadm', ['settle', '--timeout=30'], signal);
    }
  }

  async function attempt(file: string, args: string[], signal?: AbortSignal): Promise<void> {
    const result = await tryCommand(file, args, signal);
    if (!result.ok) {
      log.warn(`\`${[file, ...args].join(' ')}\` failed: ${result.said}; going on without it`);
    }
  }

  return {
    removeForeignFiles: (instanceId) => removeForeignFiles(root, instanceId),
    checkMayChangeLinks,
    links: readLinks,
    readIntents: (instanceId) => readIntents(root, instanceId, log),
    writeIntent: (intent) => writeIntent(root, intent),
    removeIntent: (interfaceName) => removeIntent(root, interfaceName),
    async writeLinkFiles(instanceId, link) {
      const changed = await writeLinkFiles(root, instanceId, link);
      if (changed) {
        await reload();
      }
      return changed;
    },
    async removeLinkFiles(instanceId, interfaceName) {
      if (await removeLinkFiles(root, instanceId, interfaceName)) {
        await reload();
      }
    },
    waitForDevice(mac, signal) {
      waiting ??= startIp();
      return devices.until(() => findDevice(mac), signal);
    },
    checkNft,
    nodePortFiles: createNodePortFiles(root),
    configureNodePort: (_instanceId, links, signal, isStillWanted = async () => true) =>
      alone(root, clock, signal, async () =>
        (await isStillWanted()) ? configureNodePort(links, signal) : [],
      ),
    followLinkUps,
    async configureLinks(instanceId, links, signal) {
      const told = waiting;
      waiting = undefined;
      const changes = await configureLinks(links, () => settle(signal), told, log, signal);
      const names = (await readDevices()).map((device) => device.name);
      const stale = await removeStaleEntries(root, instanceId, names);
      for (const name of stale) {
        log.info(`removed nodeadm's cache entry of ${name}, which is gone`);
      }
      return changes;
    },
  };
}

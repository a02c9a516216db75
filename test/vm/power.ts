import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { execa } from 'execa';
import { within } from './bounds.ts';
import { GuestCommands } from './guest-commands.ts';
import { type Hardware, qemuArguments } from './hardware.ts';
import { Qmp } from './qmp.ts';

/** A machine whose power is on. */
export interface Power {
  qmp: Qmp;
  commands: GuestCommands;
  /** The ids of the ENIs whose devices are plugged in. */
  plugged: Set<string>;
  /** Resolves when the power is off, whoever switched it off. */
  off: Promise<void>;
  cut(): Promise<void>;
}

/** Switches a machine on; answers as soon as it has its power. */
export async function switchOn(hardware: Hardware): Promise<Power> {
  const qmpSocket = await listenOnce(hardware.qmp);
  const commandsSocket = await listenOnce(hardware.commands);
  const qemu = execa(
    // It goes with this process, however that ends.
    'setpriv',
    ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(hardware)],
    { reject: false, stdin: 'ignore', all: true },
  );
  const failed = qemu.then(({ all }) => {
    throw new Error(`QEMU has ended: ${all}`);
  });
  failed.catch(() => {});
  const connected = Promise.all([qmpSocket.connected, commandsSocket.connected]);
  const sockets = await within(Promise.race([connected, failed]), 10_000, 'QEMU to start');
  const qmp = new Qmp(sockets[0]);
  await qmp.execute('qmp_capabilities');
  return {
    qmp,
    commands: new GuestCommands(sockets[1]),
    plugged: new Set(hardware.enis.map(({ id }) => id)),
    off: qemu.then(() => {}),
    async cut() {
      qemu.kill('SIGKILL');
      await qemu;
    },
  };
}

/** Listens at a path for one connection. */
async function listenOnce(path: string): Promise<{ connected: Promise<Socket> }> {
  const { promise: connected, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    server.close();
    resolve(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return { connected };
}

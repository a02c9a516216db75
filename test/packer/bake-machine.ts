import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { diskImage } from '../image/disk.ts';
import { imageTree } from '../image/tree.ts';
import { until } from '../vm/bounds.ts';

/** A machine as an AMI's instance is to those who bake another image from it. */
export interface BakeMachine {
  kernel: string;
  /** Not to be written to. */
  disk: string;
  /** The private key of ec2-user. */
  key: string;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The test machine without the agent, into which ec2-user may log in, with sudo.
 *
 * @param more further layers
 */
export async function makeBakeMachine(folder: string, more: string[]): Promise<BakeMachine> {
  const tree = await imageTree();
  const user = join(folder, 'user');
  const ssh = join(user, 'home/ec2-user/.ssh');
  const key = join(folder, 'key');
  await mkdir(ssh, { recursive: true });
  await mkdir(join(user, 'etc'));
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await copyFile(`${key}.pub`, join(ssh, 'authorized_keys'));
  const users = await readFile(join(tree, 'etc/passwd'), 'utf8');
  await writeFile(join(user, 'etc/passwd'), `${users}ec2-user:*:1000:1000::/home/ec2-user:/bin/bash\n`);
  const wants = join(user, 'etc/systemd/system/multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink('/lib/systemd/system/ssh.service', join(wants, 'ssh.service'));
  const disk = join(folder, 'disk.raw');
  await diskImage(disk, [tree, join(here, 'guest'), user, ...more]);
  return { kernel: join(tree, 'vmlinuz'), disk, key };
}

/**
 * How QEMU is to show the machine: a root disk and a primary link as EC2 has them.
 *
 * @param network the id of the network that the link is on
 */
export function bakeHardware({ kernel }: BakeMachine, mac: string, network: string): [string, string][] {
  return [
    ['-cpu', 'max'],
    ['-kernel', kernel],
    ['-append', 'root=/dev/nvme0n1 rw console=ttyS0 quiet'],
    ['-device', 'nvme,drive=root,serial=root,addr=0x3'],
    ['-device', `virtio-net-pci,netdev=${network},mac=${mac},addr=0x5,romfile=`],
  ];
}

/** An instance that runs. */
export interface Instance {
  port: number;
  /** Runs a command as ec2-user. */
  ssh(command: string): Promise<void>;
  stop(): Promise<void>;
}

/** Boots the machine in this network namespace; answers when one can log in. */
export async function startInstance(machine: BakeMachine, mac: string, folder: string): Promise<Instance> {
  const port = 2222;
  const overlay = join(folder, 'instance.qcow2');
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', machine.disk, overlay]);
  const qemu = execa(
    // It goes with this process, however that ends.
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'qemu-system-x86_64', '-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-machine', 'pc', '-accel', 'tcg', '-smp', '2', '-m', '1024'],
      ...bakeHardware(machine, mac, 'ssh').flat(),
      ...['-drive', `if=none,id=root,format=qcow2,cache=unsafe,file=${overlay}`],
      ...['-netdev', `user,id=ssh,hostfwd=tcp:127.0.0.1:${port}-:22`],
      ...['-serial', `file:${join(folder, 'console.log')}`],
    ],
    { reject: false, stdin: 'ignore', all: true },
  );
  const login = [
    ...['-i', machine.key, '-p', String(port), '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR'],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', 'ec2-user@127.0.0.1'],
  ];
  await until(
    'the instance to let one log in',
    async () => {
      if (qemu.exitCode !== null) {
        throw new Error(`QEMU has ended: ${(await qemu).all}`);
      }
      return (await execa('ssh', [...login, 'true'], { reject: false })).exitCode === 0 ? true : undefined;
    },
    180_000,
  );
  return {
    port,
    ssh: async (command) => void (await execa('ssh', [...login, command])),
    async stop() {
      qemu.kill('SIGKILL');
      await qemu;
    },
  };
}

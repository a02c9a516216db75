import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { waitFor } from './wait.ts';

/** What a command in the machine answered. */
export interface Answer {
  exitCode: number | undefined;
  /** Standard output and standard error as they came. */
  output: string;
}

/** A systemd that has booted in a container of its own, in the network namespace of this process. */
export interface Machine {
  /** Its file tree; what is in `/run` only `read` sees. */
  tree: string;
  /** All that came on its console so far. */
  console(): string;
  run(command: string, ...args: string[]): Promise<Answer>;
  /** A file's text; undefined if there is none. */
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
  /** False once it has shut down. */
  isOn(): boolean;
  /** As a power cut does. */
  stop(): Promise<void>;
}

let booted = 0;

/**
 * Boots a machine on the layers, the topmost first, which it does not change.
 *
 * @param files what this one has besides, by path
 * @param absent paths that it lacks
 */
export async function bootMachine(
  layers: readonly string[],
  files: Readonly<Record<string, string>> = {},
  absent: readonly string[] = [],
): Promise<Machine> {
  booted += 1;
  const name = `multus-bootstrap-${process.pid}-${booted}`;
  const folder = join(scratch, name);
  const tree = join(folder, 'tree');
  const cgroup = join('/sys/fs/cgroup', name);
  await Promise.all(['tree', 'upper', 'work'].map((each) => mkdir(join(folder, each), { recursive: true })));
  await mkdir(cgroup);
  const options = [`lowerdir=${layers.join(':')}`, `upperdir=${folder}/upper`, `workdir=${folder}/work`];
  await execa('mount', ['-t', 'overlay', 'overlay', '-o', options.join(','), tree]);
  for (const [path, text] of Object.entries(files)) {
    await writeInto(tree, path, text);
  }
  for (const path of absent) {
    await rm(join(tree, path), { recursive: true });
  }

  let output = '';
  const container = execa(
    'sh',
    [
      '-c',
      intoCgroup,
      'sh',
      join(cgroup, 'cgroup.procs'),
      ...nspawn,
      `--machine=${name}`,
      `--directory=${tree}`,
    ],
    {
      env: { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' },
      stdin: 'ignore',
      all: true,
      buffer: false,
      reject: false,
    },
  );
  container.all.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const console = () => output.replaceAll(controlSequence, '').replaceAll('\r', '');

  const leader = await waitFor(`${name} to boot`, async () => {
    assert(container.exitCode === null, `systemd-nspawn ended:\n${console()}`);
    const pid = await childOf(await childOf(container.pid));
    const isUp = await readFile(`/proc/${pid}/root/run/systemd/private`).catch(
      (error: NodeJS.ErrnoException) => error.code === 'ENXIO',
    );
    return isUp === true ? pid : undefined;
  }).catch((error: Error) => {
    container.kill('SIGKILL');
    throw error;
  });

  return {
    tree,
    console,
    async run(command, ...args) {
      // tap puts its own variables into what is spawned, whatever the environment that is given.
      const inside = ['--target', leader, '--all', '--root', '--wd', 'env', '-i', ...plain, command, ...args];
      const { exitCode, all } = await execa('nsenter', inside, {
        reject: false,
        all: true,
        timeout: 180_000,
      });
      return { exitCode, output: all };
    },
    read: (path) =>
      readFile(`/proc/${leader}/root${path}`, 'utf8').catch((error: NodeJS.ErrnoException) => {
        assert.equal(error.code, 'ENOENT');
        return undefined;
      }),
    write: (path, text) => writeInto(`/proc/${leader}/root`, path, text),
    isOn: () => container.exitCode === null,
    async stop() {
      if (container.exitCode === null) {
        process.kill(Number(leader), 'SIGKILL');
      }
      await container;
      await execa('find', [cgroup, '-depth', '-type', 'd', '-delete']);
      await execa('umount', [tree]);
      await rm(folder, { recursive: true });
    },
  };
}

/** On a tmpfs of this process's own mount namespace: gone with it, however it ends. */
const scratch = '/run/systemd';

/** Each machine in a cgroup of its own: those of systemd-nspawn itself would be shared by all, and systemd kills by cgroup. */
const intoCgroup = 'echo $$ >"$1" && shift && exec "$@"';

const nspawn = [
  // Killed with this process, however it ends: with the first of a PID namespace all in it go.
  'setpriv',
  '--pdeathsig=KILL',
  'unshare',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  'systemd-nspawn',
  '--quiet',
  '--boot',
  // There may be no systemd on the host to tell of it.
  '--register=no',
  '--keep-unit',
  // This process's own: the simulator is in it, and plugs the devices.
  '--network-namespace-path=/proc/self/ns/net',
  '--capability=CAP_NET_ADMIN',
  '--console=read-only',
];

const plain = ['PATH=/usr/sbin:/usr/bin', 'LANG=C.UTF-8', 'SYSTEMD_PAGER=', 'SYSTEMD_COLORS=0'];

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with.
const controlSequence = /\u001b(\[[0-9;?]*[A-Za-z]|\].*?\u0007|[()].)/g;

/** Empty if there is none. */
async function childOf(pid: string | number | undefined): Promise<string> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.trim();
}

async function writeInto(tree: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
}

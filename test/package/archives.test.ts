import { open, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { jsonSchema } from '../../agent/config/json-schema.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { temporaryFolder, unpacked } from './trees.ts';

const repository = new URL('../..', import.meta.url).pathname;
const names = ['x86_64', 'arm64'].map((machine) => `multus-bootstrap-${packageJson.version}-${machine}`);

/** Name, size and hash of the archives, as they are said. */
async function make(checkout: string, umask: string): Promise<string[]> {
  const script = 'umask "$1" && exec "$2" "$3"';
  const args = [umask, process.execPath, join(checkout, 'scripts/package.ts')];
  const { stdout } = await execa('bash', ['-c', script, 'bash', ...args], { cwd: '/' });
  return stdout.split('\n').map((line) => basename(line));
}

/** Another checkout: other times, other modes, deeper. */
async function copyCheckout(folder: string): Promise<string> {
  const exclude = ['./.git', './.tap', './dist', './node_modules/.cache', './node_modules/node-linux-*'];
  const script =
    'umask 077 && mkdir -p "$2" && tar -C "$1" -c "${@:3}" . | tar -C "$2" -xm --no-same-permissions';
  const checkout = join(folder, 'a/deeper/place');
  await execa('bash', [
    '-euo',
    'pipefail',
    '-c',
    script,
    'bash',
    repository,
    checkout,
    ...exclude.map((path) => `--exclude=${path}`),
  ]);
  return checkout;
}

t.test('two checkouts give the same bytes', async (t) => {
  const checkout = await copyCheckout(await temporaryFolder(t));
  const first = await make(repository, '022');
  t.match(first, [
    new RegExp(`^${names[0]}.tar.gz: .* sha256`),
    new RegExp(`^${names[1]}.tar.gz: .* sha256`),
  ]);
  t.strictSame(await make(checkout, '077'), first);

  await t.test('a bundled package without its licence fails the build', async (t) => {
    await rm(join(checkout, 'node_modules/zod/LICENSE'));
    await t.rejects(make(checkout, '022'), { message: /zod is bundled but has no licence text/ });
  });
});

for (const [machine, elf] of [
  ['x86_64', 62],
  ['arm64', 183],
] as const) {
  t.test(`what the archive for ${machine} holds`, async (t) => {
    const folder = await unpacked(t, machine);
    const { stdout } = await execa('find', ['-mindepth', '1', '-printf', '%P %M\n'], {
      cwd: join(folder, 'root'),
    });
    t.strictSame(
      stdout
        .split('\n')
        .filter((line) => !line.includes(' d'))
        .sort(),
      [
        'usr/bin/multus-bootstrap lrwxrwxrwx',
        'usr/lib/systemd/system/kubelet.service.d/10-multus-bootstrap.conf -rw-r--r--',
        'usr/lib/systemd/system/multus-bootstrap-nodeport.service -rw-r--r--',
        'usr/lib/systemd/system/multus-bootstrap-sweep.service -rw-r--r--',
        'usr/lib/systemd/system/multus-bootstrap-sweep.timer -rw-r--r--',
        'usr/lib/systemd/system/multus-bootstrap.service -rw-r--r--',
        'usr/lib/systemd/system/nodeadm-config.service.d/10-multus-bootstrap.conf -rw-r--r--',
        'usr/lib/systemd/system/nodeadm-run.service.d/10-multus-bootstrap.conf -rw-r--r--',
        'usr/libexec/multus-bootstrap/compile.mjs -rw-r--r--',
        'usr/libexec/multus-bootstrap/install.sh -rwxr-xr-x',
        'usr/libexec/multus-bootstrap/kubelet-flags -rwxr-xr-x',
        'usr/libexec/multus-bootstrap/multus-bootstrap.cjs -rw-r--r--',
        'usr/libexec/multus-bootstrap/multus-bootstrap.mjs -rwxr-xr-x',
        'usr/libexec/multus-bootstrap/node -rwxr-xr-x',
        'usr/share/multus-bootstrap/README.md -rw-r--r--',
        'usr/share/multus-bootstrap/licenses/bundled.txt -rw-r--r--',
        'usr/share/multus-bootstrap/licenses/multus-bootstrap.txt -rw-r--r--',
        'usr/share/multus-bootstrap/licenses/node.txt -rw-r--r--',
        'usr/share/multus-bootstrap/schema.json -rw-r--r--',
      ],
    );
    const node = await open(join(folder, 'root/usr/libexec/multus-bootstrap/node'));
    const { buffer } = await node.read(Buffer.alloc(20), 0, 20, 0);
    await node.close();
    t.equal(buffer.readUInt16LE(18), elf, 'the runtime is for that machine');

    const text = (path: string) => readFile(join(folder, 'root/usr', path), 'utf8');
    t.match(
      await text('libexec/multus-bootstrap/multus-bootstrap.mjs'),
      /^#!\/usr\/libexec\/multus-bootstrap\/node\n/,
    );
    const share = 'share/multus-bootstrap';
    t.strictSame(JSON.parse(await text(`${share}/schema.json`)), JSON.parse(JSON.stringify(jsonSchema())));
    t.match(await text(`${share}/licenses/multus-bootstrap.txt`), /Apache License/);
    t.match(await text(`${share}/licenses/node.txt`), /Node\.js is licensed for use as follows/);
    const bundled = await text(`${share}/licenses/bundled.txt`);
    for (const name of ['zod', 'yaml', 'commander', 'winston', '@aws-sdk/client-ec2']) {
      t.match(bundled, new RegExp(`^${name} [\\d.]+ \\(.*\\)\\n=+\\n\\n.*\\w`, 'm'));
    }
    t.notMatch(bundled, /^(esbuild|tap|typescript) \d/m, 'what only builds and tests is not in it');
  });
}

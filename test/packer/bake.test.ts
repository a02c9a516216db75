/** bake.sh on a machine that lacks what NodePort addresses take. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import t from 'tap';
import { makeArchives } from '../../scripts/package.ts';
import { imageTree } from '../image/tree.ts';
import { startNode } from '../netns/simulated-node.ts';
import { enterBench } from '../nspawn/enter.ts';
import { bootMachine, type Machine } from '../nspawn/machine.ts';
import { templateFolder } from './derived.ts';

await enterBench(import.meta.url);

const uploads = '/var/tmp/uploads';
const calls = '/var/log/dnf-calls';
/** As Amazon Linux's: it tells how it was called, and the packages bring their programs. */
const dnf = `#!/bin/sh
echo "$@" >>${calls}
[ ! -e /root/fails ] || exit 1
for each; do
  case $each in
    nftables) mv /root/nft /usr/sbin ;;
    iputils) mv /root/ping /root/arping /usr/bin ;;
  esac
done
`;

// An instance that builds has no user data; without IMDS the boot would not come to its end.
const instance = await startNode({ userData: undefined, imds: { host: '169.254.169.254', port: 80 } });
t.teardown(() => instance.close());
const [address] = instance.node.primaryEni.addresses;
const machine = await bootMachine([await imageTree()], {
  '/root/bake.sh': await readFile(join(templateFolder, 'bake.sh'), 'utf8'),
  '/usr/bin/dnf': dnf,
  // In place of DHCP.
  '/usr/lib/systemd/network/05-primary.network': `[Match]\nName=ens5\n[Network]\nAddress=${address}/24\n`,
});
t.teardown(() => machine.stop());

const [archive = ''] = await makeArchives(['x86_64']);

t.test('what is missing is installed', async (t) => {
  await shell('chmod +x /usr/bin/dnf && mv /usr/sbin/nft /usr/bin/ping /usr/bin/arping /root');
  t.same(await bake(), 0);
  t.equal(await machine.read(calls), 'install --assumeyes --quiet nftables iputils\n');
  t.match(await shell('nft --version && ping -V && multus-bootstrap --version'), /nftables.*iputils/s);
});

t.test('only what is missing', async (t) => {
  await shell(`rm ${calls} && mv /usr/bin/ping /usr/bin/arping /root`);
  t.same(await bake(), 0);
  t.equal(await machine.read(calls), 'install --assumeyes --quiet iputils\n');
});

t.test('nothing, where nothing is missing', async (t) => {
  await shell(`rm ${calls}`);
  t.same(await bake(), 0);
  t.equal(await machine.read(calls), undefined);
});

t.test('the build fails where it cannot be installed', async (t) => {
  await shell('touch /root/fails && mv /usr/sbin/nft /root');
  t.not(await bake(), 0);
});

/** The exit code. */
async function bake(): Promise<number | undefined> {
  const folder = join(machine.tree, uploads);
  await mkdir(folder, { recursive: true });
  await copyFile(archive, join(folder, basename(archive)));
  const { exitCode, output } = await machine.run('env', `UPLOADS=${uploads}`, 'bash', '/root/bake.sh');
  t.comment(output);
  return exitCode;
}

/** What commands answer that have to succeed. */
async function shell(commands: string): Promise<string> {
  const { exitCode, output }: Awaited<ReturnType<Machine['run']>> = await machine.run('bash', '-c', commands);
  t.equal(exitCode, 0, commands, { output });
  return output;
}

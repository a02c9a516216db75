import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { install, refusal, snapshot, stockRoot, type Test, temporaryFolder, unpacked } from './trees.ts';

const archive = await unpacked(t, 'x86_64');
const libexec = 'usr/libexec/multus-bootstrap';
const units = 'usr/lib/systemd/system';

t.test('what is installed runs', async (t) => {
  const root = await stockRoot(t);
  t.match(await install(archive, '--root', root), `multus-bootstrap is installed in ${root}`);
  const { stdout } = await execa(join(root, libexec, 'node'), [
    join(root, 'usr/bin/multus-bootstrap'),
    '--version',
  ]);
  t.equal(stdout, packageJson.version);
  t.ok((await snapshot(root))[`${libexec}/multus-bootstrap.code`], 'and has been compiled');
});

t.test('modes do not depend on the umask', async (t) => {
  const roots = await Promise.all(
    ['022', '077'].map(async (umask) => {
      const root = await stockRoot(t);
      await execa('bash', [
        '-c',
        'umask "$1" && exec "$2" --root "$3"',
        'bash',
        umask,
        `${archive}/install.sh`,
        root,
      ]);
      return snapshot(join(root, 'usr'));
    }),
  );
  t.strictSame(roots[1], roots[0]);
});

t.test('installing again changes nothing, but what was broken is mended', async (t) => {
  const root = await stockRoot(t);
  await install(archive, '--root', root);
  const once = await snapshot(root);
  await writeFile(join(root, libexec, 'multus-bootstrap.mjs'), 'broken');
  await rm(join(root, 'usr/bin/multus-bootstrap'));
  await install(archive, '--root', root);
  t.strictSame(await snapshot(root), once);
});

t.test('an upgrade removes what the newer version has no more', async (t) => {
  const fresh = await stockRoot(t);
  await install(archive, '--root', fresh);
  const root = await stockRoot(t);
  const older = await olderVersion(t);
  await install(older, '--root', root);
  t.ok((await snapshot(root))[`${units}/other.service.d/10-old.conf`]);
  await install(archive, '--root', root);
  t.strictSame(await snapshot(root), await snapshot(fresh));
});

t.test('uninstalling leaves the tree as it was, and what is the user’s', async (t) => {
  const root = await stockRoot(t);
  const stock = await snapshot(root);
  await install(archive, '--root', root);
  t.match(await install(archive, '--root', root, '--uninstall'), 'multus-bootstrap is removed');
  t.strictSame(await snapshot(root), stock);
  t.match(await install(archive, '--root', root, '--uninstall'), 'is not installed');

  await install(archive, '--root', root);
  const mine = 'etc/multus-bootstrap/config.d/10-mine.yaml';
  const linkFile = 'etc/systemd/network/10-multus-bootstrap-eth1.link';
  await mkdir(join(root, 'etc/systemd/network'), { recursive: true });
  await writeFile(join(root, mine), 'mine');
  await writeFile(join(root, linkFile), '[Match]');
  await writeFile(join(root, units, 'nodeadm-run.service.d/50-mine.conf'), '[Unit]');
  const own = join(root, libexec);
  t.match(await install(own, '--root', root, '--uninstall'), /ENIs.*stay.*multus-bootstrap release/s);
  const left = Object.keys(await snapshot(root)).filter((path) => !(path in stock));
  t.strictSame(left, [
    'etc/multus-bootstrap',
    'etc/multus-bootstrap/config.d',
    mine,
    'etc/systemd',
    'etc/systemd/network',
    linkFile,
    `${units}/nodeadm-run.service.d`,
    `${units}/nodeadm-run.service.d/50-mine.conf`,
  ]);
});

t.test('uninstalling says what is left of NodePort addresses', async (t) => {
  const root = await stockRoot(t);
  await install(archive, '--root', root);
  t.notMatch(await install(archive, '--root', root, '--uninstall'), 'NodePort');
  await install(archive, '--root', root);
  await mkdir(join(root, 'run/multus-bootstrap'), { recursive: true });
  await writeFile(join(root, 'run/multus-bootstrap/nodeport.json'), '{}');
  t.match(
    await install(archive, '--root', root, '--uninstall'),
    /NodePort addresses.*until a reboot.*multus-bootstrap\.io\/nodeport.*run multus-bootstrap release, then uninstall\n?$/s,
  );
});

t.test('the archive for another machine', async (t) => {
  const arm64 = await unpacked(t, 'arm64');
  const root = await stockRoot(t);
  const stock = await snapshot(root);
  t.match(await refusal(arm64, '--root', root), /is for arm64, but .* is x86_64; take that archive instead/);
  t.strictSame(await snapshot(root), stock, 'is refused before anything is changed');

  await rm(join(root, 'bin/sh'));
  t.match(await install(arm64, '--root', root), 'not checked whether the runtime starts: it is for arm64');
  t.ok((await snapshot(root))[`${libexec}/node`], 'goes where nothing tells what the tree is for');
});

t.test('a runtime that does not start', async (t) => {
  const broken = await olderVersion(t);
  await writeFile(join(broken, 'root', libexec, 'multus-bootstrap.mjs'), 'throw new Error("no");');
  const root = await stockRoot(t);
  const stock = await snapshot(root);
  t.match(await refusal(broken, '--root', root), /does not start here.*nothing was changed/s);
  t.strictSame(await snapshot(root), stock, 'is not installed');

  await install(archive, '--root', root);
  const installed = await snapshot(root);
  t.match(await refusal(broken, '--root', root), /does not start here/);
  t.strictSame(await snapshot(root), installed, 'replaces none that does');
});

t.test('errors say what to do', async (t) => {
  const halfUnpacked = await temporaryFolder(t);
  await execa('cp', [join(archive, 'install.sh'), halfUnpacked]);
  t.match(await refusal(halfUnpacked, '--root', halfUnpacked), /unpack the archive again/);
  t.match(await refusal(archive, '--root'), "--root needs a folder that exists, not ''");
  t.match(await refusal(archive, '--root', '/no/such'), "a folder that exists, not '/no/such'");
  t.match(await refusal(archive, '--remove'), /unknown argument '--remove'; usage: /);
});

/** An archive with files, and a drop-in, that the newer one has not. */
async function olderVersion(test: Test): Promise<string> {
  const folder = join(await temporaryFolder(test), 'older');
  await execa('cp', ['-a', archive, folder]);
  const root = join(folder, 'root');
  const share = join(root, 'usr/share/multus-bootstrap');
  await rename(join(share, 'README.md'), join(share, 'OLD'));
  await mkdir(join(root, units, 'other.service.d'));
  await writeFile(join(root, units, 'other.service.d/10-old.conf'), '[Unit]\n');
  await writeFile(join(root, libexec, 'old.mjs'), '');
  return folder;
}

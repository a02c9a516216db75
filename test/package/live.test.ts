import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { temporaryFolder, unpacked } from './trees.ts';

// Without --root, in this machine's own file tree; what is written goes to a layer above it.
const archive = await unpacked(t, 'x86_64');
const layer = await temporaryFolder(t);
const script = `
mount -t tmpfs tmpfs "$1"
mkdir "$1"/upper "$1"/work "$1"/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cp -a "$2" "$1/root/archive"
mkdir -p "$1/root/run/systemd/system"
mount --rbind /dev "$1/root/dev"
cp "$3"/* "$1/root/usr/bin"
exec chroot "$1/root" bash -euc "$4"
`;

async function inLayer(commands: string): Promise<string> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const args = ['bash', '-euc', script, 'bash', layer, archive, await recorders(), commands];
  const { all } = await execa('unshare', [...user, '--mount', ...args], { all: true });
  return all;
}

/** Commands that would change the system: each says how it was called, and whether kubelet is held by then. */
async function recorders(): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const command of ['systemctl', 'restorecon']) {
    const lines = [
      '#!/bin/sh',
      'held=; [ ! -e /usr/lib/systemd/system/kubelet.service.d/10-multus-bootstrap.conf ] || held=" (held)"',
      'agent=; [ ! -e /usr/bin/multus-bootstrap ] || agent=" (agent)"',
      `echo "${command} $*$held$agent"`,
    ];
    await writeFile(join(folder, command), `${lines.join('\n')}\n`);
    await chmod(join(folder, command), 0o755);
  }
  return folder;
}

t.test('installing on a running node', async (t) => {
  const said = await inLayer('/archive/install.sh; /usr/bin/multus-bootstrap --version');
  t.match(said.split('\n'), [
    'systemctl daemon-reload (held) (agent)',
    /^restorecon .*\/usr\/libexec\/multus-bootstrap\/node /,
    'systemctl --quiet is-active multus-bootstrap-nodeport.service (held) (agent)',
    'systemctl --quiet kill --signal=KILL multus-bootstrap-nodeport.service (held) (agent)',
    'install.sh: multus-bootstrap is installed in /',
    packageJson.version,
  ]);
});

t.test(
  'uninstalling on a running node frees kubelet first, then has NodePort addresses handed over',
  async (t) => {
    const said = await inLayer(
      '/archive/install.sh >/dev/null; /usr/libexec/multus-bootstrap/install.sh --uninstall; ls /usr/libexec',
    );
    t.match(said.split('\n'), [
      'systemctl daemon-reload (agent)',
      'systemctl --quiet stop multus-bootstrap-nodeport.service (agent)',
      'systemctl --quiet disable --now multus-bootstrap-sweep.timer (agent)',
      'systemctl --quiet stop multus-bootstrap.timer multus-bootstrap.service (agent)',
      'systemctl daemon-reload',
      'install.sh: multus-bootstrap is removed from /',
    ]);
    t.notMatch(said, /kubelet/, 'it is not stopped');
    t.notMatch(said, /^multus-bootstrap$/m);
  },
);

t.test('another user than root', async (t) => {
  const said = await inLayer(
    'setpriv --reuid=65534 --clear-groups /archive/install.sh && exit 1; ls -d /usr/libexec/multus-bootstrap || true',
  );
  t.match(said, 'install.sh: only root may do this; run it with sudo');
  t.match(said, "cannot access '/usr/libexec/multus-bootstrap'");
});

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { removeLinkFiles, writeLinkFiles } from '../../../agent/host/link-files.ts';

const link = { name: 'eth1', mac: '02:00:00:00:00:01', mtu: 9001, eniId: 'eni-1' };

t.test('the files that udev, networkd and nodeadm read', async (t) => {
  const root = t.testdir({});
  t.equal(await writeLinkFiles(root, 'i-1', link), true);
  const network = join(root, 'etc/systemd/network');
  t.equal(
    await readFile(join(network, '10-multus-bootstrap-eth1.link'), 'utf8'),
    `# Written by multus-bootstrap for instance i-1
[Match]
PermanentMACAddress=02:00:00:00:00:01

[Link]
Description=eni-1
Name=eth1
MACAddressPolicy=none
MTUBytes=9001
`,
  );
  t.equal(
    await readFile(join(network, '10-multus-bootstrap-eth1.network'), 'utf8'),
    `# Written by multus-bootstrap for instance i-1
[Match]
PermanentMACAddress=02:00:00:00:00:01

[Link]
Unmanaged=yes
`,
  );
  t.equal(await readFile(join(root, 'etc/eks/nodeadm/udev-net-manager/i-1/eth1'), 'utf8'), 'cni');
  t.same((await readdir(network)).sort(), [
    '10-multus-bootstrap-eth1.link',
    '10-multus-bootstrap-eth1.network',
  ]);
});

t.test('files that are right are not written again; one that is not is', async (t) => {
  const root = t.testdir({});
  await writeLinkFiles(root, 'i-1', link);
  const path = join(root, 'etc/systemd/network/10-multus-bootstrap-eth1.link');
  const { ino } = await stat(path);
  t.equal(await writeLinkFiles(root, 'i-1', link), false);
  t.equal((await stat(path)).ino, ino);
  t.equal(await writeLinkFiles(root, 'i-1', { ...link, mtu: 1500 }), true);
  t.match(await readFile(path, 'utf8'), 'MTUBytes=1500');
});

t.test('removed once', async (t) => {
  const root = t.testdir({});
  await writeLinkFiles(root, 'i-1', link);
  t.equal(await removeLinkFiles(root, 'i-1', 'eth1'), true);
  t.equal(await removeLinkFiles(root, 'i-1', 'eth1'), false);
  t.same(await readdir(join(root, 'etc/systemd/network')), []);
});

t.test(
  'an interface that the configuration has renamed leaves no file that matches its device',
  async (t) => {
    const root = t.testdir({});
    await writeLinkFiles(root, 'i-1', link);
    await writeLinkFiles(root, 'i-1', { ...link, name: 'eth2', mac: '02:00:00:00:00:02' });
    t.equal(await writeLinkFiles(root, 'i-1', { ...link, name: 'signalling' }), true);
    t.same((await readdir(join(root, 'etc/systemd/network'))).sort(), [
      '10-multus-bootstrap-eth2.link',
      '10-multus-bootstrap-eth2.network',
      '10-multus-bootstrap-signalling.link',
      '10-multus-bootstrap-signalling.network',
    ]);
    t.same((await readdir(join(root, 'etc/eks/nodeadm/udev-net-manager/i-1'))).sort(), [
      'eth2',
      'signalling',
    ]);
  },
);

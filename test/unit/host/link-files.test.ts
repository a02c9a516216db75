import assert from 'node:assert/strict';
import fs from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import t from 'tap';

// The disk's answers come when a test lets them, for code that is loaded from here on.
const { fsync } = fs;
let disk: fc.Scheduler | undefined;
Object.assign(fs, {
  fsync(_file: number, done: () => void) {
    const told = disk?.schedule(Promise.resolve()) ?? Promise.resolve();
    told.then(() => done());
  },
});
syncBuiltinESMExports();
const { removeLinkFiles, writeLinkFiles } = await import('../../../agent/host/link-files.ts');
Object.assign(fs, { fsync });
syncBuiltinESMExports();

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

const names = ['eth1', 'eth2', 'eth3', 'signalling'];
const links = [1, 2, 3].map((n) => ({ ...link, mac: `02:00:00:00:00:0${n}`, eniId: `eni-${n}` }));
/** Who gets which of the names. */
const naming = fc
  .shuffledSubarray(names, { minLength: links.length, maxLength: links.length })
  .map((chosen) => links.map((each, index) => ({ ...each, name: chosen[index] ?? '' })));

t.test('names change hands, and the files of all are written beside each other', async (t) => {
  await fc.assert(
    fc.asyncProperty(naming, naming, fc.scheduler(), async (before, after, scheduler) => {
      const folder = t.testdir({ swapped: {}, fresh: {} });
      for (const each of before) {
        await writeLinkFiles(join(folder, 'swapped'), 'i-1', each);
      }
      for (const each of after) {
        await writeLinkFiles(join(folder, 'fresh'), 'i-1', each);
      }
      disk = scheduler;
      const writes = after.map(async (each) => {
        await scheduler.schedule(Promise.resolve());
        await writeLinkFiles(join(folder, 'swapped'), 'i-1', each);
      });
      await scheduler.waitFor(Promise.all(writes)).finally(() => {
        disk = undefined;
      });
      assert.deepEqual(await contents(join(folder, 'swapped')), await contents(join(folder, 'fresh')));
    }),
  );
});

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (path: string) => [relative(folder, path), await readFile(path, 'utf8')];
  return Object.fromEntries(await Promise.all(files.sort().map(read)));
}

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Clock } from '../../agent/clock.ts';
import { ExitCode } from '../../agent/failure.ts';
import { createHost } from '../../agent/host/host.ts';
import { readLinks } from '../../agent/host/links.ts';
import type { WantedLink } from '../../agent/host/port.ts';
import { recordingLog } from '../recording-log.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);

const instanceId = 'i-0123456789abcdef0';
const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal) => delay(ms, undefined, signal ? { signal } : {}),
};
const bound = () => AbortSignal.timeout(10_000);

function setUp(t: Test, time = clock) {
  const root = t.testdir({});
  const { log, warnings } = recordingLog();
  return { root, host: createHost({ root, clock: time, log }), warnings };
}

const mac = (n: number) => `02:00:00:00:00:0${n}`;

function want(name: string, n: number): WantedLink {
  return { name, mac: mac(n), mtu: 1500, eniId: `eni-${n}` };
}

async function ip(...args: string[]): Promise<string> {
  return (await execa('ip', args)).stdout;
}

/** A device such as EC2 would attach, with a carrier. */
async function addDevice(t: Test, name: string, n: number): Promise<void> {
  await ip('link', 'add', name, 'address', mac(n), 'type', 'veth', 'peer', 'name', `peer${n}`);
  await ip('link', 'set', 'dev', `peer${n}`, 'up');
  t.teardown(() => execa('ip', ['link', 'delete', 'dev', `peer${n}`], { reject: false }));
}

/** The names of the devices, by number. */
async function names(...numbers: number[]): Promise<(string | undefined)[]> {
  const links = await readLinks();
  return numbers.map((n) => links.find((link) => link.mac === mac(n))?.name);
}

t.test('a link is set up for pods, and a second time there is nothing to do', async (t) => {
  const { host, warnings } = setUp(t);
  await addDevice(t, 'eth1', 1);
  await writeFile('/proc/sys/net/ipv4/conf/eth1/rp_filter', '1');
  const wanted = [{ ...want('eth1', 1), mtu: 9001 }];

  t.same(await host.configureLinks(instanceId, wanted, bound()), [
    { name: 'eth1', changes: ['MTU 1500 → 9001', 'no IPv6 address generation', 'rp_filter loose', 'up'] },
  ]);
  const [link] = JSON.parse(await ip('-d', '-json', 'address', 'show', 'dev', 'eth1'));
  t.match(link, { mtu: 9001, addr_info: [] });
  t.ok(link.flags.includes('UP'));
  t.equal((await readFile('/proc/sys/net/ipv4/conf/eth1/rp_filter', 'utf8')).trim(), '2');

  t.same(await host.configureLinks(instanceId, wanted, bound()), []);
  t.same(warnings, []);
});

t.test('names are mended', async (t) => {
  const cases: [string, string[], WantedLink[]][] = [
    ['the kernel’s own name', ['ens6'], [want('eth1', 1)]],
    ['two swapped', ['eth2', 'eth1'], [want('eth1', 1), want('eth2', 2)]],
    ['a cycle of three', ['eth2', 'eth3', 'eth1'], [want('eth1', 1), want('eth2', 2), want('eth3', 3)]],
    ['one wrong of two', ['eth1', 'eth9'], [want('eth1', 1), want('eth2', 2)]],
    ['a run that was killed half way', ['mb020000000001', 'eth2'], [want('eth1', 1), want('eth2', 2)]],
  ];
  for (const [title, found, wanted] of cases) {
    await t.test(title, async (t) => {
      const { host } = setUp(t);
      for (const [index, name] of found.entries()) {
        await addDevice(t, name, index + 1);
        await ip('link', 'set', 'dev', name, 'up');
      }
      const numbers = found.map((_, index) => index + 1);
      const changes = await host.configureLinks(instanceId, wanted, bound());
      t.same(
        await names(...numbers),
        wanted.map((link) => link.name),
      );
      const misnamed = wanted.filter((link, index) => link.name !== found[index]);
      const renamed = changes.filter((link) =>
        link.changes.some((change) => change.startsWith('renamed from')),
      );
      t.equal(renamed.length, misnamed.length);
      t.ok((await readLinks()).every((link) => link.up));
      t.same(await host.configureLinks(instanceId, wanted, bound()), []);
    });
  }
});

t.test('a link that udev is just renaming is set up like any other', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'ens6', 1);
  for (let round = 1; round <= 20; round += 1) {
    const renames = execa('ip', ['link', 'set', 'dev', 'ens6', 'name', 'eth1']);
    const until = performance.now() + 5_000;
    // Nothing else may run between the name's appearance and the look.
    while (!existsSync('/sys/class/net/eth1') && performance.now() < until) {}
    const [changed] = await host.configureLinks(instanceId, [want('eth1', 1)], bound());
    t.match(changed, { name: 'eth1', changes: ['no IPv6 address generation', /rp_filter/, 'up'] });
    await renames;
    t.match(JSON.parse(await ip('-json', 'address', 'show', 'dev', 'eth1')), [{ addr_info: [] }]);
    await ip('link', 'set', 'dev', 'eth1', 'down');
    await ip('link', 'set', 'dev', 'eth1', 'name', 'ens6', 'addrgenmode', 'eui64');
    await writeFile('/proc/sys/net/ipv4/conf/ens6/rp_filter', '0');
  }
});

t.test('a name that another link holds is an error, and nothing is renamed', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'eth2', 1);
  await addDevice(t, 'eth1', 2);
  await t.rejects(host.configureLinks(instanceId, [want('eth1', 1)], bound()), {
    exitCode: ExitCode.host,
    message: /eth1: the name wanted for eni-1 .*02:00:00:00:00:02/,
  });
  t.same(await names(1, 2), ['eth2', 'eth1']);
});

t.test('an alternative name that another link holds is an error, and nothing is renamed', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'ens6', 1);
  await addDevice(t, 'ens7', 2);
  await ip('link', 'property', 'add', 'dev', 'ens7', 'altname', 'eth1');
  await t.rejects(host.configureLinks(instanceId, [want('eth1', 1)], bound()), {
    exitCode: ExitCode.host,
    message: /eth1: the name wanted for eni-1 .*02:00:00:00:00:02/,
  });
  t.same(await names(1, 2), ['ens6', 'ens7']);
});

t.test('an alternative name of the device itself becomes its name', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'ens6', 1);
  for (const name of ['enp0s6', 'ena-of-slot-6-of-bus-0']) {
    await ip('link', 'property', 'add', 'dev', 'ens6', 'altname', name);
  }
  await host.configureLinks(instanceId, [want('enp0s6', 1)], bound());
  t.match(
    (await readLinks()).filter((link) => link.mac === mac(1)),
    [{ name: 'enp0s6', alternativeNames: ['ena-of-slot-6-of-bus-0'] }],
  );
});

t.test('a refusal of the kernel is told with the link that it is about', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'ens6', 1);
  await addDevice(t, 'mb020000000001', 2);
  await t.rejects(host.configureLinks(instanceId, [want('eth1', 1)], bound()), {
    exitCode: ExitCode.host,
    message:
      /^ens6: `ip link set dev ens6 name mb020000000001` failed: .*File exists; see `ip -details link`/s,
  });
});

t.test('an MTU that the driver refuses: its limits are told', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'eth1', 1);
  await t.rejects(host.configureLinks(instanceId, [{ ...want('eth1', 1), mtu: 65_536 }], bound()), {
    exitCode: ExitCode.host,
    message: /eth1: MTU 65536 was refused: .*allows 68 to 65535/s,
  });
});

t.test('a setting that cannot be written is an error', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'eth1', 1);
  await writeFile('/proc/sys/net/ipv4/conf/eth1/rp_filter', '1');
  await execa('mount', ['--bind', '/proc/sys', '/proc/sys']);
  t.teardown(() => execa('umount', ['/proc/sys']));
  await execa('mount', ['-o', 'remount,bind,ro', '/proc/sys']);
  await t.rejects(host.configureLinks(instanceId, [want('eth1', 1)], bound()), {
    exitCode: ExitCode.host,
    message: /eth1: could not set \/proc\/sys\/net\/ipv[46]\/conf\/eth1\/.* to [12]: .*read-only/,
  });
});

t.test(
  'an rp_filter that is off is made loose, so that a later `all` of 1 does not make it strict',
  async (t) => {
    const { host } = setUp(t);
    await addDevice(t, 'eth1', 1);
    await writeFile('/proc/sys/net/ipv4/conf/eth1/rp_filter', '0');
    await host.configureLinks(instanceId, [want('eth1', 1)], bound());
    t.equal((await readFile('/proc/sys/net/ipv4/conf/eth1/rp_filter', 'utf8')).trim(), '2');
  },
);

t.test('a link that comes up again is told of; others, and what else befalls it, are not', async (t) => {
  const { host } = setUp(t);
  const told = t.captureFn(() => undefined);
  const end = new AbortController();
  t.teardown(() => end.abort());
  await addDevice(t, 'eth1', 1);
  await addDevice(t, 'eth2', 2);
  await host.configureLinks(instanceId, [want('eth1', 1), want('eth2', 2)], bound());
  host.followLinkUps(['eth1', 'eth3'], told, end.signal);
  await until(isFollowed);
  await ip('link', 'set', 'dev', 'eth2', 'down');
  await ip('link', 'set', 'dev', 'eth2', 'up');
  await ip('link', 'set', 'dev', 'eth1', 'mtu', '1400');
  await ip('link', 'set', 'dev', 'eth1', 'down');
  await ip('link', 'set', 'dev', 'eth1', 'up');
  await until(async () => told.calls.length > 0);
  t.equal(told.calls.length, 1);
  await ip('link', 'delete', 'dev', 'eth1');
  await addDevice(t, 'eth1', 1);
  await ip('link', 'set', 'dev', 'eth1', 'up');
  await until(async () => told.calls.length > 1);
  t.equal(told.calls.length, 2);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const bound = performance.now() + 10_000;
  while (!(await condition()) && performance.now() < bound) {
    await delay(5);
  }
}

/** Whether somebody in this namespace is told of links by the kernel: NETLINK_ROUTE, RTMGRP_LINK. */
async function isFollowed(): Promise<boolean> {
  const sockets = (await readFile('/proc/self/net/netlink', 'utf8'))
    .split('\n')
    .map((line) => line.split(/ +/));
  return sockets.some(([, protocol, , groups = '']) => protocol === '0' && (Number(`0x${groups}`) & 1) !== 0);
}

t.test('a device shares its MAC with a link stacked on it, and is the first of them', async (t) => {
  const { host } = setUp(t);
  await addDevice(t, 'ens6', 1);
  await ip('link', 'add', 'aaa', 'address', mac(1), 'type', 'bridge');
  await ip('link', 'set', 'dev', 'ens6', 'master', 'aaa');
  t.teardown(() => execa('ip', ['link', 'delete', 'dev', 'aaa'], { reject: false }));
  t.match(await host.waitForDevice(mac(1), bound()), { name: 'ens6' });
  t.same(await names(1), ['ens6']);
});

t.test('a device that is missing is an error', async (t) => {
  const { host } = setUp(t);
  await t.rejects(host.configureLinks(instanceId, [want('eth1', 1)], bound()), {
    exitCode: ExitCode.host,
    message: /eth1: no device with MAC 02:00:00:00:00:01 \(eni-1\)/,
  });
});

t.test('an address that is not ours is left, and told of', async (t) => {
  const { host, warnings } = setUp(t);
  await addDevice(t, 'eth1', 1);
  await ip('link', 'set', 'dev', 'eth1', 'up');
  await ip('address', 'add', '10.0.4.4/24', 'dev', 'eth1');
  await host.configureLinks(instanceId, [want('eth1', 1)], bound());
  t.match(warnings, [/^eth1: has the address 10\.0\.4\.4\/24/]);
  t.match(await ip('address', 'show', 'dev', 'eth1'), '10.0.4.4/24');
});

t.test('NodePort addresses that an earlier run has set are not told of', async (t) => {
  const { host, warnings } = setUp(t);
  await addDevice(t, 'eth1', 1);
  await host.configureLinks(instanceId, [want('eth1', 1)], bound());
  const addresses = ['10.0.4.201', '2600:1f18:1:4::201'] as const;
  const link = {
    ...want('eth1', 1),
    subnetId: 'subnet-1',
    cidrs: ['10.0.4.0/24', '2600:1f18:1:4::/64'],
    isPrimary: false,
    addresses: addresses.map((address) => ({ address, mode: 'Floating' as const })),
  };
  await host.configureNodePort(instanceId, [link], bound());
  t.teardown(() => host.configureNodePort(instanceId, [], bound()));
  await ip('address', 'add', '10.0.4.202/32', 'dev', 'eth1');
  await host.configureLinks(instanceId, [want('eth1', 1)], bound());
  t.match(warnings, [/^eth1: has the address 10\.0\.4\.202\/32/]);
  t.equal(warnings.length, 1);
});

t.test('nodeadm’s cache loses the entries of names that are gone, and no others', async (t) => {
  const { host, root } = setUp(t);
  await addDevice(t, 'ens6', 1);
  await addDevice(t, 'ens5', 2);
  const folder = join(root, 'etc/eks/nodeadm/udev-net-manager', instanceId);
  await mkdir(folder, { recursive: true });
  const entries = { ens5: 'io.systemd.Network', ens6: 'io.systemd.Network', ens9: 'cni', eth1: 'cni' };
  for (const [name, manager] of Object.entries(entries)) {
    await writeFile(join(folder, name), manager);
  }
  await host.configureLinks(instanceId, [want('eth1', 1)], bound());
  t.same((await execa('ls', [folder])).stdout.split('\n'), ['ens5', 'ens9', 'eth1']);
});

t.test('link files of a configuration that swaps two names, written at once', async (t) => {
  const { host, root } = setUp(t);
  const file = (name: string) => join(root, `etc/systemd/network/10-multus-bootstrap-${name}.link`);
  // The second begins at ever later moments of the first.
  for (let turns = 0; turns < 60; turns++) {
    const [one, two] = turns % 2 === 0 ? [1, 2] : [2, 1];
    const first = host.writeLinkFiles(instanceId, want('eth1', one));
    for (let turn = 0; turn < turns; turn++) {
      await setImmediate();
    }
    await Promise.all([first, host.writeLinkFiles(instanceId, want('eth2', two))]);
    const macs = await Promise.all([file('eth1'), file('eth2')].map(macIn));
    t.same(macs, [mac(one), mac(two)], `begun ${turns} turns later`);
  }
});

/** The MAC that a .link file matches, undefined if there is no such file. */
async function macIn(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^PermanentMACAddress=(.*)$/m.exec(text)?.[1];
}

t.test('a device is seen whenever it appears', async (t) => {
  const { host } = setUp(t);
  const waits = Promise.all([1, 2].map((n) => host.waitForDevice(mac(n), bound())));
  await addDevice(t, 'ens6', 1);
  await addDevice(t, 'ens7', 2);
  t.match(await waits, [{ name: 'ens6' }, { name: 'ens7' }]);
  t.match(await host.waitForDevice(mac(1), bound()), { name: 'ens6', mac: mac(1), up: false, mtu: 1500 });
});

t.test('the kernel’s events alone wake a wait', async (t) => {
  // A clock that stands still: no look is ever due by time.
  const still: Clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  const { host } = setUp(t, still);
  await addDevice(t, 'other', 2);
  let seen = false;
  const wait = host.waitForDevice(mac(1), bound()).then((link) => {
    seen = true;
    return link;
  });
  await addDevice(t, 'ens6', 1);
  // The first event may come before the monitor listens: others follow until one is heard.
  for (let mtu = 1400; !seen && mtu < 1500; mtu++) {
    await ip('link', 'set', 'dev', 'other', 'mtu', `${mtu}`);
  }
  t.match(await wait, { name: 'ens6' });
});

t.test('where the monitor cannot run, a wait looks from time to time', async (t) => {
  const { host } = setUp(t);
  const { PATH } = process.env;
  t.teardown(() => {
    process.env.PATH = PATH;
  });
  const program = (await execa('which', ['ip'])).stdout;
  process.env.PATH = '/nonexistent';
  const wait = host.waitForDevice(mac(1), bound());
  await execa(program, ['link', 'add', 'ens6', 'address', mac(1), 'type', 'veth', 'peer', 'name', 'peer1']);
  t.match(await wait, { name: 'ens6' });
  await execa(program, ['link', 'delete', 'dev', 'ens6']);
});

t.test('a wait that is aborted rejects with the reason', async (t) => {
  const { host } = setUp(t);
  const deadline = new AbortController();
  const wait = host.waitForDevice(mac(1), deadline.signal);
  deadline.abort(new Error('the deadline has passed'));
  await t.rejects(wait, { message: 'the deadline has passed' });
  await t.rejects(host.waitForDevice(mac(1), deadline.signal), { message: 'the deadline has passed' });
});

t.test('links whose devices were waited for are brought up, by whatever `ip`', async (t) => {
  const cases = {
    'that obeys': 'exec "$ip" "$@"',
    'that ends before it is told': '[ "$1" = -batch ] && exit 1; exec "$ip" "$@"',
    'that refuses': '[ "$1" = -batch ] && cat && exit 1; exec "$ip" "$@"',
  };
  const { PATH } = process.env;
  t.teardown(() => {
    process.env.PATH = PATH;
  });
  const { stdout } = await execa('sh', ['-c', 'command -v ip']);
  for (const [title, script] of Object.entries(cases)) {
    await t.test(title, async (t) => {
      const { host, root } = setUp(t);
      await writeFile(join(root, 'ip'), `#!/bin/sh\nip=${stdout}\n${script}\n`, { mode: 0o755 });
      process.env.PATH = `${root}:${PATH}`;
      const waits = Promise.all([1, 2].map((n) => host.waitForDevice(mac(n), bound())));
      await addDevice(t, 'eth1', 1);
      await addDevice(t, 'eth2', 2);
      await waits;
      const changes = await host.configureLinks(instanceId, [want('eth1', 1), want('eth2', 2)], bound());
      t.ok(changes.length === 2 && changes.every((link) => link.changes.includes('up')));
      t.match(
        (await readLinks()).filter(({ name }) => name.startsWith('eth')),
        [{ up: true }, { up: true }],
      );
    });
  }
});

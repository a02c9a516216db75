import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { devices, plug } from './devices.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, twoInterfaces } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('a device that does not appear: its ENI is detached and deleted, its files are removed', async (t) => {
  const node = await nodeFor(t, { userData: eth1({}, '5s'), deviceName: () => undefined });
  await failsCleanly(t, node, {
    exitCode: 9,
    message: [
      /^eth1: eni-\w+ is attached, but no device with MAC [0-9a-f:]+ appeared in \d+ s: see `journalctl -k` for the ENA driver/,
      'a reboot, or another instance, may help',
    ],
  });
  const writes = node.simulator.record.writes().map(({ action }) => action);
  t.ok(writes.includes('DetachNetworkInterface') && writes.includes('DeleteNetworkInterface'));
});

t.test('one of two devices does not appear: nothing of the other stays either', async (t) => {
  const node = await nodeFor(t, {
    userData: { timeout: '5s', ...twoInterfaces },
    deviceName: ({ subnetId }) => (subnetId === subnets.a ? 'ens6' : undefined),
  });
  await failsCleanly(t, node, { exitCode: 9, message: [/^eth2: eni-\w+ is attached, but no device/] });
});

t.test('a device that comes late is waited for', async (t) => {
  const node = await nodeFor(t, { userData: eth1(), simulator: { deviceMs: 1500 } });
  const { ms } = await succeeds(t, node);
  t.ok(ms > 1500, `${ms} ms`);
});

for (const name of ['ens6', 'enp39s0', 'eth0', 'eth2', 'eth1']) {
  t.test(`a device that appears as ${name}`, async (t) => {
    const node = await nodeFor(t, { userData: eth1(), deviceName: () => name });
    await succeeds(t, node);
    t.same((await devices()).map((device) => device.name).sort(), ['ens5', 'eth1']);
  });
}

t.test('two devices that have swapped names', async (t) => {
  const swapped = new Map<string, string>([
    [subnets.a, 'eth2'],
    [subnets.b, 'eth1'],
  ]);
  const node = await nodeFor(t, { deviceName: ({ subnetId }) => swapped.get(subnetId) });
  await succeeds(t, node);
});

t.test('a link of another has the name: it keeps it, and nothing is claimed', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  await plug('eth1', '02:00:00:00:00:99');
  await failsCleanly(t, node, {
    exitCode: 3,
    message: [
      'eth1: this node has a link of that name already (MAC 02:00:00:00:00:99): choose another interfaces[].name',
    ],
  });
  t.same(node.simulator.record.writes(), []);
});

t.test('the primary has the name as an alternative one: nothing is claimed', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  await execa('ip', ['link', 'property', 'add', 'dev', 'ens5', 'altname', 'eth1']);
  await failsCleanly(t, node, {
    exitCode: 3,
    message: [
      'eth1: this node has a link of that name already (an alternative name of ens5, the primary ENI): choose another',
    ],
  });
  t.same(node.simulator.record.writes(), []);
});

t.test('an MTU that the driver refuses', async (t) => {
  const node = await nodeFor(t, { userData: eth1({ mtu: 9001 }) });
  // veth takes any: the kernel's refusal is played.
  const folder = t.testdir({});
  const ip = (await execa('which', ['ip'])).stdout;
  await writeFile(
    join(folder, 'ip'),
    `#!/bin/sh\ncase "$*" in *" mtu "*) echo "Error: mtu greater than device maximum." >&2; exit 2;; esac\nexec ${ip} "$@"\n`,
  );
  await chmod(join(folder, 'ip'), 0o755);
  await failsCleanly(
    t,
    node,
    {
      exitCode: 9,
      message: [
        'eth1: MTU 9001 was refused: Error: mtu greater than device maximum. Its driver allows 68 to 65535: correct `mtu` in the configuration',
      ],
    },
    { PATH: `${folder}:${process.env.PATH}` },
  );
});

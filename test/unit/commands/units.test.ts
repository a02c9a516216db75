/** What the units of `sweep` must say, whatever else they say. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';

type Unit = Map<string, string>;

/** `Section.Key` → value, as systemd reads it where no key stands twice. */
async function read(name: string): Promise<Unit> {
  const text = await readFile(join(import.meta.dirname, '../../../systemd', name), 'utf8');
  const unit: Unit = new Map();
  let section = '';
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const [key = '', ...value] = line.split('=');
    section = header ?? section;
    if (header === undefined) {
      unit.set(`${section}.${key}`, value.join('='));
    }
  }
  return unit;
}

t.test('the service runs sweep once, within its own limit, and nothing waits for it', async (t) => {
  const unit = await read('multus-bootstrap-sweep.service');
  t.match(Object.fromEntries(unit), {
    'Service.Type': 'oneshot',
    'Service.ExecStart': '/usr/bin/multus-bootstrap sweep --yes',
    'Service.EnvironmentFile': '-/etc/multus-bootstrap/environment',
    'Service.TimeoutStartSec': '25min',
    'Service.DynamicUser': 'yes',
    'Service.CapabilityBoundingSet': '',
    'Service.SystemCallErrorNumber': 'EPERM',
  });
  for (const family of ['AF_INET', 'AF_INET6']) {
    t.match(unit.get('Service.RestrictAddressFamilies'), family);
  }
  for (const key of [
    'Unit.Before',
    'Unit.Requires',
    'Service.Restart',
    'Service.PrivateNetwork',
    'Service.MemoryDenyWriteExecute',
    'Install.WantedBy',
  ]) {
    t.notOk(unit.has(key), `no ${key}`);
  }
});

t.test('the timer keeps out of the boot, and spreads a fleet', async (t) => {
  const unit = await read('multus-bootstrap-sweep.timer');
  t.same(Object.fromEntries([...unit].filter(([key]) => !key.endsWith('.Description'))), {
    'Timer.OnBootSec': '15min',
    'Timer.OnUnitInactiveSec': '3h',
    'Timer.RandomizedDelaySec': '3h',
    'Timer.FixedRandomDelay': 'yes',
    'Install.WantedBy': 'timers.target',
  });
});

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parseIntent, readIntents, removeIntent, writeIntent } from '../../../agent/host/intents.ts';
import type { ClaimIntent, CreateIntent, Intent, StoredIntent } from '../../../agent/host/port.ts';
import { recordingLog } from '../../recording-log.ts';

const intent: CreateIntent = {
  kind: 'create',
  instanceId: 'i-1',
  interface: 'eth1',
  subnetId: 'subnet-1',
  address: '10.0.4.4',
  ipv6Address: '2600:1f18:0:4::4',
  securityGroups: ['sg-1', 'sg-2'],
  description: 'eth1 of i-1',
  tags: { 'multus-bootstrap.io/instance-id': 'i-1' },
  nonce: 'n',
  eniId: 'eni-1',
  mac: '02:00:00:00:00:01',
};
/** As read back: its age is what the file's time says. */
function withoutAge({ ageMs, ...rest }: StoredIntent): Intent {
  t.ok(ageMs >= 0 && ageMs < 60_000);
  return rest;
}
const { address: _address, ipv6Address: _ipv6Address, eniId: _eniId, mac: _mac, ...rest } = intent;
const automatic: CreateIntent = { ...rest, ipv6AddressCount: 1 };
const claim: ClaimIntent = {
  kind: 'claim',
  instanceId: 'i-1',
  interface: 'eth4',
  eniId: 'eni-4',
  mac: '02:00:00:00:00:04',
};

t.test('what was written is read, one for each interface, until it is removed', async (t) => {
  const root = t.testdir({});
  const { log, warnings } = recordingLog();
  t.same(await readIntents(root, 'i-1', log), []);
  await writeIntent(root, { ...intent, nonce: 'earlier' });
  await writeIntent(root, intent);
  await writeIntent(root, { ...automatic, interface: 'eth2' });
  await writeIntent(root, { ...intent, interface: 'eth3', instanceId: 'i-other' });
  await writeIntent(root, { ...intent, interface: 'eth4' });
  await writeIntent(root, claim);
  t.strictSame((await readIntents(root, 'i-1', log)).map(withoutAge), [
    intent,
    { ...automatic, interface: 'eth2' },
    claim,
  ]);
  await removeIntent(root, 'eth1');
  await removeIntent(root, 'eth1');
  t.same(
    (await readIntents(root, 'i-1', log)).map((each) => each.interface),
    ['eth2', 'eth4'],
  );
  t.same(warnings, []);
});

t.test('a file that is no intent is told of, and the others are read', async (t) => {
  const root = t.testdir({});
  const { log, warnings } = recordingLog();
  await writeIntent(root, intent);
  const folder = join(root, 'var/lib/multus-bootstrap');
  await writeFile(join(folder, 'eth2.json'), '{"schemaVersion":1,"instanceId":"i-1","inter');
  t.same((await readIntents(root, 'i-1', log)).map(withoutAge), [intent]);
  t.match(warnings, [/eth2\.json is not an intent.*left out/]);
  t.same(await readdir(folder), ['eth1.json', 'eth2.json'], 'reading changes nothing');
});

t.test('what is no intent', (t) => {
  const whole = { schemaVersion: 1, ...intent };
  const cases: [string, unknown][] = [
    ['not an object', [whole]],
    ['another schema version', { ...whole, schemaVersion: 2 }],
    ['a number for an address', { ...whole, address: 1 }],
    ['a tag that is a number', { ...whole, tags: { a: 1 } }],
    ['tags in a list', { ...whole, tags: [] }],
    ['a group that is a number', { ...whole, securityGroups: [1] }],
    ['no nonce', { ...whole, nonce: undefined }],
    ['a number for an ENI id', { ...whole, eniId: 1 }],
    ['no subnet', { ...whole, subnetId: undefined }],
    ['a number for an IPv6 address', { ...whole, ipv6Address: 1 }],
    ['a text for a count', { ...whole, ipv6AddressCount: '1' }],
    ['no kind', { ...whole, kind: undefined }],
    ['another kind', { ...whole, kind: 'release' }],
    ['a claim of no ENI', { schemaVersion: 1, ...claim, eniId: undefined }],
    ['a claim without a MAC', { schemaVersion: 1, ...claim, mac: undefined }],
    ['a claim for no interface', { schemaVersion: 1, ...claim, interface: undefined }],
    ['a claim of another schema version', { schemaVersion: 2, ...claim }],
  ];
  for (const [title, value] of cases) {
    t.equal(parseIntent(JSON.stringify(value)), undefined, title);
  }
  t.equal(parseIntent(''), undefined, 'empty');
  for (const each of [intent, automatic, claim]) {
    t.strictSame(parseIntent(JSON.stringify({ schemaVersion: 1, ...each })), each);
  }
  t.end();
});

t.test('a folder that cannot be read is a failure that names it', async (t) => {
  const root = t.testdir({ var: { lib: { 'multus-bootstrap': 'a file, not a folder' } } });
  await t.rejects(readIntents(root, 'i-1', recordingLog().log), {
    exitCode: 9,
    message: /could not list .*var\/lib\/multus-bootstrap: ENOTDIR/,
  });
  await t.rejects(writeIntent(root, intent), {
    exitCode: 9,
    message: /could not write .*multus-bootstrap\/eth1\.json: E/,
  });
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type RunResult, readResult, writeResult } from '../../../agent/report/result.ts';

const result: RunResult = {
  instanceId: 'i-1',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:03.200Z',
  ms: 3200,
  exitCode: 0,
  message: 'ready in 3.2 s: 1 interface, 11 EC2 calls',
  warnings: [],
  ec2Calls: { CreateNetworkInterface: 1 },
  interfaces: [
    {
      name: 'eth1',
      eniId: 'eni-1',
      mac: '02:00:00:00:00:01',
      address: '10.0.4.4',
      subnetId: 'subnet-1',
      deviceIndex: 1,
      networkCard: 0,
      outcome: 'created',
    },
  ],
  labels: { 'multus-bootstrap.io/ready': 'true' },
  gate: 'open',
};

t.test('what a run wrote is what status reads', async (t) => {
  const root = t.testdir({});
  t.same(await readResult(root), { state: 'absent' });
  await writeResult(root, { ...result, exitCode: 7 });
  await writeResult(root, result);
  t.match(await readResult(root), { state: 'read', result });
  const text = await readFile(join(root, 'run/multus-bootstrap/result.json'), 'utf8');
  t.match(JSON.parse(text), { schemaVersion: 1, instanceId: 'i-1' });
});

t.test('a result that cannot be read is not an absent one', async (t) => {
  const whole = { schemaVersion: 1, ...result };
  const cases: [string, string, RegExp][] = [
    ['cut short', JSON.stringify(whole).slice(0, 100), /result\.json is not a JSON object/],
    ['empty', '', /is not a JSON object/],
    ['of a later version', JSON.stringify({ ...whole, schemaVersion: 2 }), /has schemaVersion 2; .* reads 1/],
    ['without interfaces', JSON.stringify({ ...whole, interfaces: undefined }), /lacks fields/],
  ];
  for (const [title, text, reason] of cases) {
    const root = t.testdir({});
    await mkdir(join(root, 'run/multus-bootstrap'), { recursive: true });
    await writeFile(join(root, 'run/multus-bootstrap/result.json'), text);
    t.match(await readResult(root), { state: 'unreadable', reason }, title);
  }
});

import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import t from 'tap';
import { endpointFor } from '../../agent/ec2/transport.ts';
import { nodePortMetrics } from '../../agent/report/node-port-metrics.ts';
import { updateTable } from '../../scripts/config-table.ts';
import { parsePolicy } from '../simulator/iam/policy.ts';
import { partitionOf } from '../simulator/model/naming.ts';
import { state } from './report/node-port-world.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

t.test('the table of configuration keys is the schema’s', async (t) => {
  t.equal(updateTable(readme), readme, '`node scripts/config-table.ts` writes it anew');
});

t.test('the table of the IAM policy has its statements', async (t) => {
  const file = new URL('../../userdata/iam/multus-bootstrap-policy.json', import.meta.url);
  const { Statement } = parsePolicy(await readFile(file, 'utf8'));
  const table = rowsBelow('| statement | what for | needed |');
  const named = table.flatMap(([first = '']) => [...first.matchAll(/`(\w+)`/g)].map(([, sid]) => sid));
  t.same(named.sort(), Statement.map(({ Sid }) => Sid).sort());
});

t.test('the policy of another partition, by the command that is shown', async (t) => {
  const [, script = '', file = ''] = /^sed '([^']+)' (\S+)/m.exec(readme) ?? [];
  const path = new URL(`../../${file}`, import.meta.url).pathname;
  const { stdout } = await execa('sed', [script, path]);
  t.equal(stdout, (await readFile(path, 'utf8')).trimEnd().replaceAll('arn:aws:', 'arn:aws-us-gov:'));
});

t.test('the table of endpoints is what the program calls', (t) => {
  const table = rowsBelow('| Region | partition | EC2 |');
  t.ok(table.length > 0);
  for (const [region = '', partition, host, dualStack] of table) {
    t.equal(endpointFor(region, {}).host, host);
    t.equal(endpointFor(region, { AWS_USE_DUALSTACK_ENDPOINT: 'true' }).host, dualStack);
    t.equal(partitionOf(region), partition);
  }
  t.end();
});

t.test('the metrics, and those that the alerts are about', async (t) => {
  const prefix = 'multus_bootstrap_nodeport_';
  const metrics = nodePortMetrics({
    version: '1',
    states: [state],
    moves: () => 0,
    ec2Calls: { DescribeInstances: 1 },
  });
  t.strictSame(
    rowsBelow('| metric | labels | |').map(([name, labels]) => `${name} ${labels}`),
    metrics.map(({ name, samples }) => {
      const labels = Object.keys(samples[0]?.labels ?? {}).map((label) => `\`${label}\``);
      return `\`${name.slice(prefix.length)}\` ${labels.join(', ')}`;
    }),
  );
  const alerts = rowsBelow('| expression | |').map(([expression = '']) => expression);
  t.equal(alerts.length, 3);
  for (const alert of alerts) {
    const [name] = /multus_bootstrap_nodeport_\w+/.exec(alert) ?? [];
    t.ok(
      metrics.some((metric) => metric.name === name),
      alert,
    );
  }
});

/** The cells of a table, by how its head begins. */
function rowsBelow(head: string): string[][] {
  const [, ...below] = readme.split(`\n${head}`);
  const lines = below[0]?.split('\n').slice(2) ?? [];
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What `run` hands the watcher comes to it whole, or not at all. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import t from 'tap';
import { paths } from '../../../agent/host/paths.ts';
import type { NodePortSetup } from '../../../agent/nodeport/setup.ts';
import { readSetup, writeSetup } from '../../../agent/nodeport/setup-file.ts';

const setup: NodePortSetup = {
  instanceId: 'i-1',
  links: [
    {
      name: 'eth1',
      mac: '0a:00:00:00:00:01',
      eniId: 'eni-1',
      subnetId: 'subnet-1',
      cidrs: ['10.0.4.0/24', '2600:1f18:1:4::/64'],
      isPrimary: false,
      addresses: [
        { address: '10.0.4.201', mode: 'Floating', probePort: 30080 },
        { address: '2600:1f18:1:4::201', mode: 'PerNode' },
      ],
    },
  ],
  metricsPort: 9410,
};

t.test('what is written is read', async (t) => {
  const root = t.testdir();
  t.equal(await readSetup(root, 'i-1'), undefined, 'nothing has been set up');
  await writeSetup(root, setup);
  t.strictSame(await readSetup(root, 'i-1'), setup);
});

t.test('without a port for metrics', async (t) => {
  const root = t.testdir();
  const { metricsPort: _, ...plain } = setup;
  await writeSetup(root, plain);
  t.equal((await readSetup(root, 'i-1'))?.metricsPort, undefined);
});

t.test("another instance's is refused", async (t) => {
  const root = t.testdir();
  await writeSetup(root, setup);
  await t.rejects(readSetup(root, 'i-2'), {
    exitCode: 9,
    message: /nodeport\.json was written for i-1, and this is i-2; .*systemctl restart multus-bootstrap/,
  });
});

t.test('what is not a setup is refused', async (t) => {
  const root = t.testdir();
  await writeSetup(root, setup);
  const path = paths(root).nodePort;
  const whole: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
  const [link] = setup.links;
  const wrong = {
    garbage: 'x',
    'cut off': JSON.stringify(whole).slice(0, -20),
    'another version': { ...whole, schemaVersion: 2 },
    'no instance': { ...whole, instanceId: undefined },
    'links that are none': { ...whole, links: [7] },
    'a link without its ENI': { ...whole, links: [{ ...link, eniId: undefined }] },
    'addresses as text': { ...whole, links: [{ ...link, addresses: ['10.0.4.201'] }] },
    'an unknown mode': {
      ...whole,
      links: [{ ...link, addresses: [{ address: '10.0.4.201', mode: 'Any' }] }],
    },
    'a port in words': { ...whole, metricsPort: '9410' },
  };
  await mkdir(dirname(path), { recursive: true });
  for (const [name, content] of Object.entries(wrong)) {
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    await t.rejects(readSetup(root, 'i-1'), { exitCode: 9, message: /not a NodePort setup/ }, name);
  }
});

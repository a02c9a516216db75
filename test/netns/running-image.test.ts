import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { filesBelow } from './end-state.ts';
import { enterNamespace } from './namespace.ts';
import { startNode, type TestNode, twoInterfaces } from './simulated-node.ts';
import { nodeFor, succeeds } from './trouble.ts';

// An image made from a node that has run the agent carries the files of that node.
await enterNamespace(import.meta.url);

const otherId = 'i-00000000000000aaa';

/** What a run on another instance has left on its disk, under the id of that instance. */
async function filesOfAnother(): Promise<Map<string, string>> {
  const another = await startNode();
  await another.run(['run']);
  const files = await filesBelow(another.root);
  const { instanceId } = another.node;
  await another.close();
  const renamed = (text: string) => text.replaceAll(instanceId, otherId);
  return new Map([...files].map(([path, text]) => [renamed(path), renamed(text)]));
}

async function bake(node: TestNode, files: Map<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(node.root, path)), { recursive: true });
    await writeFile(join(node.root, path), text);
  }
}

async function isFreeOfAnother(t: Test, node: TestNode): Promise<void> {
  for (const [path, text] of await filesBelow(node.root)) {
    t.notMatch(path, otherId);
    t.notMatch(text, otherId, path);
  }
}

const baked = await filesOfAnother();

t.test('the new instance comes up clean', async (t) => {
  const node = await nodeFor(t, {});
  await bake(node, baked);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0);
  // The gate is closed before anything else.
  for (const path of [...baked.keys()].filter((each) => !each.endsWith('/go'))) {
    t.match(journal, `removed ${join(node.root, path)}, which does not name this instance`);
  }
  await isFreeOfAnother(t, node);
  t.same(
    node.enis().map(({ addresses }) => addresses),
    [['10.0.4.4'], ['10.0.5.4']],
  );
});

t.test('the files are gone before any configuration is read', async (t) => {
  const node = await nodeFor(t, { userData: { ...twoInterfaces, failurPolicy: 'Taint' } });
  await bake(node, baked);
  t.equal((await node.run(['run'])).exitCode, 3);
  t.same([...(await filesBelow(node.root)).keys()], ['run/multus-bootstrap/result.json']);
  t.match(JSON.parse(await readFile(join(node.root, 'run/multus-bootstrap/result.json'), 'utf8')), {
    instanceId: node.node.instanceId,
    gate: 'closed',
  });
});

t.test('a node that has no configuration keeps none of them either', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  await bake(node, baked);
  t.equal((await node.run(['run'])).exitCode, 0);
  await isFreeOfAnother(t, node);
  t.notOk((await filesBelow(node.root)).has('etc/eks/nodeadm.d/60-multus-bootstrap.yaml'));
});

t.test('what is not ours stays', async (t) => {
  const node = await nodeFor(t, {});
  await bake(node, baked);
  const theirs = new Map([
    ['etc/systemd/network/80-ec2.network', '[Match]\n'],
    ['etc/eks/nodeadm.d/10-user.yaml', '{"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig"}'],
    [`etc/eks/nodeadm/udev-net-manager/${otherId}/ens5`, 'io.systemd.Network'],
  ]);
  await bake(node, theirs);
  await succeeds(t, node);
  const files = await filesBelow(node.root);
  for (const [path, text] of theirs) {
    t.equal(files.get(path), text, path);
  }
});

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode, userData } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

const ourType = 'application/multus-bootstrap.io';
const { interfaces } = eth1();
const document = stringify({
  apiVersion: 'multus-bootstrap.io/v1alpha1',
  kind: 'MultusNodeConfig',
  spec: { interfaces },
});

/** User data in which our part is this one. */
function withPart(body: Uint8Array | string, type = ourType): Buffer {
  const [before = '', after = ''] = userData({}).split(
    /application\/multus-bootstrap\.io\n\n[\s\S]*?(?=\n--BOUNDARY--)/,
  );
  return Buffer.concat([Buffer.from(`${before}${type}\n\n`), Buffer.from(body), Buffer.from(after)]);
}

const place = 'spec.interfaces[0]';
const labelForm = 'letters, digits, "-", "_" and ".", a letter or digit first and last, at most 63';

/** Each user data, and all that is said of it, behind the name of what was read. */
const faults: [string, object | string | Uint8Array, string[]][] = [
  [
    'not YAML',
    withPart(`${document}\n  timeout: [`),
    [
      ' part 2:11:13: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'two documents',
    withPart(`${document}---\n${document}`),
    [' part 2:10:1: a second document starts here; write one document a file or part'],
  ],
  [
    'an unknown key',
    { ...eth1(), failurPolicy: 'Taint' },
    [' part 2:11:3: spec.failurPolicy: is not a key here; write failurePolicy'],
  ],
  [
    'a subnet id of the wrong form',
    eth1({ subnets: ['subnet-core'] }),
    [
      ` part 2:8:11: ${place}.subnets[0]: "subnet-core" is not a subnet id; write "subnet-" and 8 or 17 hex digits`,
    ],
  ],
  [
    'an interface name that is too long',
    eth1({ name: 'signalling-core0' }),
    [
      ` part 2:6:13: ${place}.name: "signalling-core0" has 16 characters, the kernel allows 15; write a shorter name, as in eth1`,
    ],
  ],
  [
    'an interface name that is repeated',
    { interfaces: [...interfaces, ...structuredClone(interfaces)] },
    [' part 2:10:7: spec.interfaces[1].name: "eth1" is there twice; write another name'],
  ],
  [
    'labels that kubelet would refuse',
    { kubelet: { labels: { 'example.kubernetes.io/net': 'a', 'a b': 'c', cidr: '10.0.4.0/24' } } },
    [
      ' part 2:6:7: spec.kubelet.labels["example.kubernetes.io/net"]: kubelet refuses to start with this label, since example.kubernetes.io is Kubernetes\' own; write a prefix of yours, or node.kubernetes.io/net',
      ` part 2:7:7: spec.kubelet.labels["a b"]: "a b" is not the name of a label; write ${labelForm}`,
      ` part 2:8:13: spec.kubelet.labels.cidr: "10.0.4.0/24" is not the value of a label; write ${labelForm}`,
    ],
  ],
  [
    'a MIME document cut in the middle',
    userData(eth1()).slice(0, -60),
    [
      ': the multipart document is cut: its closing boundary, --BOUNDARY--, is missing, and with it perhaps configuration. EC2 takes 16 KB of user data: gzip it if it is longer',
    ],
  ],
  [
    'a gzip bomb',
    gzipSync(Buffer.alloc(4 * 1024 * 1024)),
    [
      ': is gzip that inflates to more than 1024 KiB, which no configuration does; see what was packed into it',
    ],
  ],
  [
    'a gzip bomb in our part',
    withPart(gzipSync(Buffer.alloc(4 * 1024 * 1024))),
    [
      ' part 2: is gzip that inflates to more than 1024 KiB, which no configuration does; see what was packed into it',
    ],
  ],
  [
    'gzip that was cut',
    gzipSync(userData(eth1())).subarray(0, 200),
    [': is gzip that cannot be inflated (Z_BUF_ERROR); it may have been cut: compress it again'],
  ],
  [
    'our document under a wrong MIME type',
    withPart(document, 'text/cloud-config'),
    [` part 2: is a MultusNodeConfig in a part of type text/cloud-config; write Content-Type: ${ourType}`],
  ],
  [
    'our document under the type to which Karpenter changes it',
    withPart(document, 'application/node.eks.aws'),
    [
      ` part 2: is a MultusNodeConfig in a part of type application/node.eks.aws (Karpenter relabels user data that is no MIME document so); write Content-Type: ${ourType}`,
    ],
  ],
  [
    'a misspelt kind',
    withPart(document.replace('MultusNodeConfig', 'MultusNodeConfg')),
    [' part 2:2:7: kind: "MultusNodeConfg" is not one of its values; write MultusNodeConfig'],
  ],
  [
    'rules between keys, and between entries',
    {
      interfaces: [
        {
          name: 'eth1',
          subnets: [subnets.a],
          subnetTags: { net: 'core' },
          securityGroups: interfaces[0]?.securityGroups,
          ipv4: { mode: 'None' },
        },
        { name: 'eth2', existing: { wait: '2m' }, ipv6: { mode: 'FirstFree' } },
      ],
      nodePort: [{ addresses: ['10.0.4.201'], interface: 'eth3' }],
    },
    [
      ' part 2:8:7: spec.interfaces[0].subnetTags: cannot stand beside subnets; keep one of them',
      ' part 2:13:9: spec.interfaces[0].ipv4.mode: None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}',
      ' part 2:16:9: spec.interfaces[1].existing.tags: is missing; write {"multus":"true","cluster":"my-cluster"}',
      ' part 2:17:7: spec.interfaces[1].ipv6: is not for existing ENIs, which keep theirs; remove it',
      ' part 2:22:18: spec.nodePort[0].interface: "eth3" is not one of spec.interfaces; there are eth1, eth2. The primary ENI is refused: the VPC CNI hands each of its secondary addresses to a pod, or gives it back. Write an interface of your own, or, where this cluster\'s CNI is another, primaryIsUnmanaged: true',
    ],
  ],
];

/** What `check` says of the same user data, in a file of this name. */
async function checkOf(t: Test, node: TestNode, input: object | string | Uint8Array) {
  const file = join(t.testdir({}), 'user-data');
  await writeFile(file, typeof input === 'string' || input instanceof Uint8Array ? input : userData(input));
  return { file, ...(await node.run(['check', file])) };
}

for (const [title, input, said] of faults) {
  t.test(title, async (t) => {
    const node = await nodeFor(t, { userData: input });
    const message = said.map((line) => `user data${line}`).join('\n');
    const result = await failsCleanly(t, node, { exitCode: 3, message: [] });
    t.equal(result.message, message);
    t.equal(node.simulator.record.calls.length, 0, 'EC2 was not asked');

    const check = await checkOf(t, node, input);
    t.equal(check.exitCode, 3);
    t.equal(check.journal, said.map((line) => `${check.file}${line}`).join('\n'), 'check says the same');
  });
}

t.test('the journal tells that mending the user data takes another node', async (t) => {
  const node = await nodeFor(t, { userData: { ...eth1(), failurPolicy: 'Taint' } });
  const { journal } = await node.run(['run']);
  t.match(journal, /kubelet is held back \(exit code 3\).*user data.*replace the node/s);
  t.match(journal, 'systemctl restart multus-bootstrap && systemctl start nodeadm-run');
});

t.test('16 KB of noise are not ours', async (t) => {
  const noise = randomBytes(16 * 1024);
  // Neither gzip nor text, whatever was thrown.
  noise[0] = 0xff;
  const node = await nodeFor(t, { userData: noise });
  const outcome = await node.run(['run']);
  t.equal(outcome.exitCode, 0);
  t.match(outcome.journal, /no configuration, neither in the user data nor in \S+: nothing to do/);
  t.match(await resultOf(node), { exitCode: 0, gate: 'open', interfaces: [] });
  t.equal(node.simulator.record.calls.length, 0);
  t.match(await checkOf(t, node, noise), { exitCode: 0, stdout: /^no configuration/ });
});

t.test('a broken file in the image', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const file = await configFile(node, '10-base.yaml', document.replace('interfaces:', 'interface:'));
  const message = `${file}:4:3: spec.interface: is not a key here; write interfaces`;
  const result = await failsCleanly(t, node, { exitCode: 3, message: [] });
  t.equal(result.message, message);
  t.match(await node.run(['check']), { exitCode: 3, journal: message });
});

t.test('one configuration of both, and its faults are told at their places in both', async (t) => {
  const node = await nodeFor(t, { userData: { kubelet: { labels: { net: '${eth2.address}' } } } });
  const file = await configFile(node, '10-base.yaml', `${document}  timeout: 90\n`);
  const result = await failsCleanly(t, node, { exitCode: 3, message: [] });
  t.equal(
    result.message,
    `${file}:10:12: spec.timeout: 90 is read as a number, not as text; write "5m"\n` +
      'user data part 2:6:12: spec.kubelet.labels.net: ${eth2.address} names an interface that is not configured; there are eth1',
  );
});

async function configFile(node: TestNode, name: string, content: string): Promise<string> {
  const folder = join(node.root, 'etc/multus-bootstrap/config.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

// What only the node can know: `check`, offline, finds nothing wrong with these.
const onTheNode: [string, object, string][] = [
  [
    'an interface name that the primary has',
    eth1({ name: 'ens5' }),
    'ens5: this node has a link of that name already (the primary ENI): choose another interfaces[].name',
  ],
  [
    '`within` without an entry for the chosen subnet',
    eth1({ ipv4: { within: ['10.0.5.0/26'] } }),
    `eth1: ipv4.within (10.0.5.0/26) has no entry inside ${subnets.a} (10.0.4.0/24): add the workers' part of that subnet`,
  ],
];
for (const [title, spec, message] of onTheNode) {
  t.test(title, async (t) => {
    const node = await nodeFor(t, { userData: spec });
    const result = await failsCleanly(t, node, { exitCode: 3, message: [] });
    t.equal(result.message, message);
    t.same(node.simulator.record.writes(), []);
    t.match(await checkOf(t, node, spec), { exitCode: 0, stdout: /^ok: / });
  });
}

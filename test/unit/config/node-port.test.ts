/** What `nodePort` may say, and what it comes to. */
import t from 'tap';
import { faultsOf, load, shortest } from './documents.ts';

const nodePort = (...entries: string[]) =>
  `${shortest}  nodePort:\n${entries.map((each) => `    - ${each}\n`).join('')}`;
const good = 'addresses: [10.0.4.201]';

/** Each list of entries, and what is said of it. */
const faults: [string, string[], (string | RegExp)[]][] = [
  ['the shortest', [`{${good}, interface: eth1}`], []],
  [
    'an empty list',
    ['{addresses: [], interface: eth1}'],
    [/\.addresses: is empty; write at least one address/],
  ],
  ['no addresses', ['{interface: eth1}'], [/\.addresses: is missing/]],
  [
    'a CIDR',
    ['{addresses: [10.0.4.201/32], interface: eth1}'],
    [/"10\.0\.4\.201\/32" is not an address; write it without a prefix length, as in 10\.0\.4\.201$/],
  ],
  [
    'no address',
    ['{addresses: [10.0.4.256, "::ffff:10.0.4.1", "fe80::1%eth0"], interface: eth1}'],
    [/\[0\]: "10\.0\.4\.256" is not an address/, /\[1\]: "::ffff/, /\[2\]: "fe80/],
  ],
  [
    'what is no address of a subnet',
    [
      '{addresses: [127.0.0.1, 224.0.0.1, 169.254.169.254, 0.0.0.0, 255.255.255.255, "::1", "ff02::1", "fe80::1", "::"], interface: eth1}',
    ],
    [
      /^.*:\d+:\d+: .*nodePort\[0\]\.addresses\[0\]: "127\.0\.0\.1" is in no subnet; write a free address of the interface's subnet, as in 10\.0\.4\.201$/,
      /\[1\]: "224\.0\.0\.1" is in no subnet/,
      /\[2\]: "169\.254\.169\.254" is in no subnet/,
      /\[3\]: "0\.0\.0\.0" is in no subnet/,
      /\[4\]: "255\.255\.255\.255" is in no subnet/,
      /\[5\]: "::1" is in no subnet/,
      /\[6\]: "ff02::1" is in no subnet/,
      /\[7\]: "fe80::1" is in no subnet/,
      /\[8\]: "::" is in no subnet/,
    ],
  ],
  [
    'addresses at the edges of what subnets have',
    [
      '{addresses: [1.0.0.0, 126.255.255.255, 128.0.0.0, 169.253.255.255, 169.255.0.0, 223.255.255.255, "fe7f:ffff::1", "fd00::1", "2600:1f18::1"], interface: eth1}',
    ],
    [],
  ],
  ['twice in a list', ['{addresses: [10.0.4.201, 10.0.4.201], interface: eth1}'], [/10\.0\.4\.201/]],
  [
    'in two entries',
    [`{${good}, interface: eth1}`, `{${good}, interface: eth1, mode: PerNode}`],
    [/nodePort\[1\]\.addresses\[0\]: "10\.0\.4\.201" is in spec\.nodePort\[0\] already; remove one$/],
  ],
  [
    'one IPv6 address, spelled in two ways',
    ['{addresses: ["2600:1f18:1:4::c9", "2600:1F18:1:4:0:0:0:c9"], interface: eth1}'],
    [/^.*:\d+:\d+: .*nodePort\[0\]\.addresses\[1\]: "2600:1F18:1:4:0:0:0:c9" is there twice; remove one$/],
  ],
  [
    'the same in two entries',
    [
      '{addresses: ["2600:1f18:1:4::c9"], interface: eth1}',
      '{addresses: ["2600:1f18:1:4:0::00c9"], interface: eth1}',
    ],
    [
      /^.*:\d+:\d+: .*nodePort\[1\]\.addresses\[0\]: "2600:1f18:1:4:0::00c9" is in spec\.nodePort\[0\] already; remove one$/,
    ],
  ],
  [
    'an interface that is none',
    [`{${good}, interface: eth2}`],
    [
      /nodePort\[0\]\.interface: "eth2" is not one of spec\.interfaces; there are eth1\. The primary ENI is refused: the VPC CNI/,
    ],
  ],
  ['the primary one, unasked', [`{${good}, interface: primary}`], [/The primary ENI is refused/]],
  ['the primary one', [`{${good}, interface: primary, primaryIsUnmanaged: true}`], []],
  ['its link', [`{${good}, interface: ens5, primaryIsUnmanaged: true}`], []],
  [
    'an interface of its own called the primary one',
    [`{${good}, interface: eth1, primaryIsUnmanaged: true}`],
    [/primaryIsUnmanaged: is for the primary ENI, and eth1 is one of spec\.interfaces; remove it$/],
  ],
  [
    'a name that no link has',
    [`{${good}, interface: "eth 1"}`],
    [/"eth 1" is not an interface name/, /not one of/],
  ],
  [
    'a slip in the mode',
    [`{${good}, interface: eth1, mode: floating}`],
    [/\.mode: "floating" is not one of its values; write Floating$/],
  ],
  [
    'a probe of what nobody takes over',
    [`{${good}, interface: eth1, mode: PerNode, probePort: 30080}`],
    [/probePort: is for mode Floating: nobody takes over an address that is the node's own; remove it$/],
  ],
  ['a port that is none', [`{${good}, interface: eth1, probePort: 65536}`], [/probePort: /]],
  ['a key with a slip', [`{${good}, interface: eth1, adresses: []}`], [/adresses: is not a key here/]],
];

for (const [what, entries, expected] of faults) {
  t.test(what, async (t) => {
    const found = await faultsOf(load(nodePort(...entries)));
    t.match(found, expected);
    t.equal(found.length, expected.length, what, { found });
  });
}

t.test('what it comes to', async (t) => {
  const loaded = await load(
    nodePort('{addresses: [10.0.4.201, "2600:1F18:1:4:0::C9"], interface: eth1, probePort: 30080}'),
  );
  const entry = {
    addresses: ['10.0.4.201', '2600:1f18:1:4::c9'],
    interface: 'eth1',
    mode: 'Floating',
    probePort: 30080,
    primaryIsUnmanaged: false,
  };
  t.match(loaded, {
    kind: 'config',
    config: {
      nodePort: [entry],
      interfaces: [
        {
          nodePort: [entry],
          ipv4: { nodePort: ['10.0.4.201'] },
          ipv6: { nodePort: ['2600:1f18:1:4::c9'] },
        },
      ],
    },
  });
});

t.test('what is odd, and refused by nobody', async (t) => {
  const warningsOf = async (document: string) => (await load(document)).warnings;
  const pods = `      ipv4: {podRange: [10.0.4.64-10.0.4.199, 10.0.4.210-10.0.4.219]}
      ipv6: {mode: FirstFree, podRange: ["2600:1f18:1:4::/112"]}
`;
  const withPods = (addresses: string) =>
    nodePort(`{addresses: [${addresses}], interface: eth1}`).replace('  nodePort:', `${pods}  nodePort:`);
  t.strictSame(await warningsOf(withPods('10.0.4.201, 10.0.4.220, "2600:1f18:1:4::1:1"')), []);
  t.match(await warningsOf(withPods('10.0.4.201, 10.0.4.211, 10.0.4.199, "2600:1F18:1:4::C9"')), [
    /^eth1: a pod may be given a NodePort address that is inside podRange: keep 10\.0\.4\.211, 10\.0\.4\.199, 2600:1f18:1:4::c9 out of it/,
  ]);

  const metrics = '  metricsPort: 9410\n';
  t.strictSame(await warningsOf(`${nodePort(`{${good}, interface: eth1}`)}${metrics}`), []);
  const nothing = [/^spec\.metricsPort does nothing here: .* mode Floating$/];
  t.match(await warningsOf(`${nodePort(`{${good}, interface: eth1, mode: PerNode}`)}${metrics}`), nothing);
  t.match(await warningsOf(`${shortest}${metrics}`), nothing);
});

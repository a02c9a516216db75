import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { instanceTypes } from './model/instance-types.ts';
import { largestUserData } from './model/instances.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const help = `Usage: npm run simulator -- [options]

Starts a simulated EC2 with a small world and one instance with its IMDS, prints the environment that lets
AWS clients talk to it, and a line for every call, until Ctrl-C.

Options:
  --port PORT         of the EC2 endpoint (default: any free one)
  --imds-port PORT    of the instance's IMDS (default: any free one)
  --user-data FILE    the instance's user data
  --type TYPE         the instance's type (default: m5.xlarge)
  --consistency MS    how late listings see a change (default: 500)
  --seed N            of everything that is left to chance (default: 1)
  --help

Example:
  npm run -s simulator -- --port 4566
  # in another terminal, with the variables that it prints:
  aws ec2 describe-subnets --endpoint-url $AWS_ENDPOINT_URL_EC2`;

/** What the command line has wrong. */
class UsageError extends Error {}

const options = {
  port: { type: 'string', default: '0' },
  'imds-port': { type: 'string', default: '0' },
  'user-data': { type: 'string' },
  type: { type: 'string', default: 'm5.xlarge' },
  consistency: { type: 'string', default: '500' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof readArguments>;

try {
  const values = readArguments();
  if (values.help) {
    console.log(help);
  } else {
    await run(values);
  }
} catch (error) {
  if (!(error instanceof UsageError) && !isPortTaken(error)) {
    throw error;
  }
  console.error(error.message);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}. See --help`);
  }
}

async function run(values: Values): Promise<void> {
  const number = (option: 'port' | 'imds-port' | 'consistency' | 'seed') =>
    wholeNumber(option, values[option]);
  const { type } = values;
  if (!instanceTypes.has(type)) {
    throw new UsageError(`--type must be one of ${[...instanceTypes.keys()].join(', ')}, not '${type}'`);
  }
  const userData = await readUserData(values['user-data']);
  const sim = await startSimulator({
    port: number('port'),
    seed: number('seed'),
    consistencyMs: number('consistency'),
    attachMs: 1500,
    deviceMs: 1000,
    detachMs: 1500,
    latencies: { '*': [30, 150], CreateNetworkInterface: [200, 600], AttachNetworkInterface: [200, 600] },
    hooks: {
      afterCall: ({ action, instanceId, answer }) =>
        console.log(`${action} by ${instanceId ?? 'the user'}: ${answer?.code ?? answer?.status}`),
    },
  });
  const first = addWorld(sim);
  const node = await sim.launch({
    type,
    subnetId: first,
    imds: { port: number('imds-port') },
    ...(userData && { userData }),
  });
  const user = sim.credentials.forUser('simulator');
  print(`as a user:`, sim.environment(user));
  print(`as the instance ${node.instanceId}:`, sim.environment(node));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => sim.close());
  }
}

/** A VPC with two subnets in each of two zones: one for nodes, a dual-stack one for their Multus ENIs. */
function addWorld({ world }: Simulator): string {
  const vpc = world.addVpc({
    cidr: '10.0.0.0/16',
    ipv6Cidr: '2600:1f18:0:600::/56',
    tags: { Name: 'simulated' },
  });
  world.addSecurityGroup({ vpcId: vpc.id, name: 'multus' });
  const zones = ['a', 'b'].map((letter) => `${world.settings.region}${letter}`);
  const [first] = zones.flatMap((zone, n) => [
    world.addSubnet({ vpcId: vpc.id, zone, cidr: `10.0.${n}.0/24`, tags: { Name: `nodes ${zone}` } }),
    world.addSubnet({
      vpcId: vpc.id,
      zone,
      cidr: `10.0.1${n}.0/24`,
      ipv6Cidrs: [`2600:1f18:0:61${n}::/64`],
      tags: { Name: `multus ${zone}` },
    }),
  ]);
  return first?.id ?? '';
}

async function readUserData(path: string | undefined): Promise<Uint8Array | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`--user-data cannot be read: ${messageOf(error)}`);
  });
  if (bytes.length > largestUserData) {
    throw new UsageError(
      `--user-data must be at most ${largestUserData} bytes, not ${bytes.length}: ${path}`,
    );
  }
  return bytes;
}

function wholeNumber(option: string, text: string): number {
  const largest = option.endsWith('port') ? 65_535 : 999_999_999;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= largest) {
    return number;
  }
  throw new UsageError(`--${option} must be a whole number up to ${largest}, not '${text}'`);
}

function isPortTaken(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function print(title: string, environment: Record<string, string>): void {
  console.log(`\n# ${title}`);
  for (const [name, value] of Object.entries(environment)) {
    console.log(`export ${name}=${value}`);
  }
  console.log('');
}

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import t from 'tap';
import { close, listen } from './http/listen.ts';

const main = new URL('main.ts', import.meta.url).pathname;

t.test('the command prints an environment that works, and ends when told', async (t) => {
  const simulator = execa(process.execPath, [main, '--seed', '7']);
  t.teardown(() => simulator.kill());
  const variables = new Map<string, string>();
  for await (const line of createInterface({ input: simulator.stdout })) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      variables.set(name, value);
    }
    if (name === 'AWS_EC2_METADATA_SERVICE_ENDPOINT') {
      break;
    }
  }
  const variable = (name: string) => variables.get(name) ?? `no ${name}`;
  const ec2 = new EC2Client({
    endpoint: variable('AWS_ENDPOINT_URL_EC2'),
    region: variable('AWS_REGION'),
    credentials: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
  });
  t.teardown(() => ec2.destroy());
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  t.equal(Subnets?.length, 4);
  t.equal(new Set(Subnets?.map((subnet) => subnet.AvailabilityZone)).size, 2);
  simulator.kill('SIGTERM');
  t.match(await simulator, { exitCode: 0 });
});

t.test('the command explains itself', async (t) => {
  const { stdout } = await execa(process.execPath, [main, '--help']);
  t.match(stdout, /npm run simulator/);
  const server = createServer();
  const taken = new URL(await listen(server, '127.0.0.1', 0)).port;
  t.teardown(() => close(server));
  for (const [args, message] of [
    [['--port', 'any'], /^--port must be a whole number up to 65535, not 'any'$/],
    [['--imds-port', '65536'], /^--imds-port must be .* not '65536'$/],
    [['--type', 'x9.tiny'], /^--type must be one of t3\.micro, .*m5\.xlarge.*, not 'x9\.tiny'$/],
    [['--user-data', '/no/such/file'], /^--user-data cannot be read: ENOENT.*\/no\/such\/file'$/],
    [['--user-data', process.execPath], /^--user-data must be at most 16384 bytes/],
    [['--port', taken], /^listen EADDRINUSE.*:\d+$/],
    [['--imds-port', taken], /^listen EADDRINUSE.*:\d+$/],
    [['--prot', '1'], /^Unknown option '--prot'.*See --help$/],
  ] as const) {
    const { exitCode, stderr } = await execa(process.execPath, [main, ...args], { reject: false });
    t.equal(exitCode, 2, args.join(' '));
    t.match(stderr, message);
  }
});

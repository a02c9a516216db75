import { createInterface } from 'node:readline';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import t from 'tap';

const main = new URL('main.ts', import.meta.url).pathname;

t.test('the command prints an environment that works, and ends when told', async (t) => {
  const simulator = execa(process.execPath, [main, '--seed', '7']);
  t.teardown(() => simulator.kill());
  const variables = new Map<string, string>();
  for await (const line of createInterface({ input: simulator.stdout })) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables.set(name, value);
    if (name === 'AWS_EC2_METADATA_SERVICE_ENDPOINT') break;
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
  const { exitCode, stderr } = await execa(process.execPath, [main, '--port', 'any'], { reject: false });
  t.equal(exitCode, 2);
  t.match(stderr, /--port must be a whole number, not 'any'/);
});

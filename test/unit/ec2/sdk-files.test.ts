import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { simulated, subnetId } from './simulated.ts';

t.test('a call reads none of the files of the SDK, wherever they are', async (t) => {
  const { sim } = await simulated(t, { region: 'eu-west-1' });
  const { accessKeyId, secretAccessKey } = sim.credentials.forUser('tester');
  // Whoever opens it for reading, waits for ever.
  const fifo = join(t.testdir(), 'fifo');
  await execa('mkfifo', [fifo]);
  const script = `
    import { createEc2 } from './agent/ec2/ec2.ts';
    import { systemClock as clock } from './agent/clock.ts';
    const log = { debug() {} };
    const ec2 = createEc2({ region: 'eu-west-1', env: process.env, proxyEnv: {}, imds: {}, clock, log });
    const [subnet] = await ec2.describeSubnets({ ids: ['${subnetId}'] });
    console.log(subnet.id);`;
  const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../../..', import.meta.url),
    extendEnv: false,
    env: {
      AWS_CONFIG_FILE: fifo,
      AWS_SHARED_CREDENTIALS_FILE: fifo,
      AWS_ENDPOINT_URL_EC2: sim.ec2Url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  t.equal(stdout, subnetId);
  t.equal(stderr, '');
});

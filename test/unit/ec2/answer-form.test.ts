import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { createEc2, type Ec2Connection } from '../../../agent/ec2/ec2.ts';
import { recordingLog } from '../../recording-log.ts';
import { eniRequest, subnetId } from './simulated.ts';

/** The agent's EC2, where everything is answered with the body. */
function answering(t: Test, body: string, status = 200): Promise<Ec2Connection> {
  return serving(t, (response) => response.writeHead(status).end(body));
}

async function serving(t: Test, answer: (response: http.ServerResponse) => void): Promise<Ec2Connection> {
  const server = http.createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return createEc2({
    region: 'eu-west-1',
    env: {
      AWS_ENDPOINT_URL_EC2: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    proxyEnv: {},
    imds: { credentials: () => Promise.reject(new Error('not asked')) },
    clock: systemClock,
    log: recordingLog().log,
  });
}

const calls: readonly [action: string, call: (ec2: Ec2Connection) => Promise<unknown>][] = [
  ['DescribeSubnets', (ec2) => ec2.describeSubnets({ ids: [subnetId] })],
  ['DescribeNetworkInterfaces', (ec2) => ec2.describeEnis({ subnetIds: [subnetId] })],
  ['GetSubnetCidrReservations', (ec2) => ec2.describeReservations(subnetId)],
  ['DescribeInstanceTypes', (ec2) => ec2.describeType('m5.large')],
  ['DescribeInstances', (ec2) => ec2.describeInstances(['i-11111111'])],
  ['CreateNetworkInterface', (ec2) => ec2.createEni(eniRequest())],
  ['DeleteNetworkInterface', (ec2) => ec2.deleteEni('eni-11111111')],
  ['CreateTags', (ec2) => ec2.createTags('eni-11111111', { team: 'core' })],
  ['DeleteTags', (ec2) => ec2.deleteTags('eni-11111111', { team: 'core' })],
];

const foreign: readonly [title: string, body: string, status?: number][] = [
  ['the page of a captive portal', '<!DOCTYPE html>\n<html><body>Please log in</body></html>'],
  ['a page that is XML', '<?xml version="1.0"?><html><body/></html>'],
  ['nothing', ''],
  ['JSON', '{"NetworkInterfaces": []}'],
  ['text', 'OK'],
  ['the answer to something else', '<DescribeVpcsResponse><requestId>1</requestId></DescribeVpcsResponse>'],
  ['a redirection', '<html>elsewhere</html>', 302],
];

for (const [title, body, status] of foreign) {
  t.test(`${title} is no answer of EC2, and no empty listing`, async (t) => {
    const ec2 = await answering(t, body, status);
    for (const [action, call] of calls) {
      await t.rejects(call(ec2), {
        name: 'Ec2Error',
        action,
        class: 'unreachable',
        code: `HTTP ${status ?? 200}`,
        message: /not of EC2's form/,
      });
    }
  });
}

t.test('an empty listing of EC2 is one', async (t) => {
  for (const declaration of ['', '<?xml version="1.0" encoding="UTF-8"?>\n\n']) {
    const answer = (action: string, set: string) =>
      `${declaration}<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
        <requestId>e1</requestId>${set}</${action}Response>`;
    const enis = await answering(t, answer('DescribeNetworkInterfaces', '<networkInterfaceSet/>'));
    t.strictSame(await enis.describeEnis({ subnetIds: [subnetId] }), []);
    const reservations = await answering(t, answer('GetSubnetCidrReservations', ''));
    t.strictSame(await reservations.describeReservations(subnetId), []);
  }
});

t.test(
  "an answer of EC2's form that is cut short may have taken effect, and is no empty listing",
  async (t) => {
    const start = '<DescribeNetworkInterfacesResponse xmlns="x"><networkInterfaceSet>';
    const cut = { name: 'Ec2Error', class: 'transient' };
    const unclosed = await answering(t, start);
    await t.rejects(unclosed.describeEnis({ subnetIds: [subnetId] }), cut);
    const lost = await serving(t, (response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write(start, () => response.destroy());
    });
    await t.rejects(lost.describeEnis({ subnetIds: [subnetId] }), cut);
  },
);

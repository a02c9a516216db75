import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import type { SimulatorOptions } from './simulator.ts';
import { ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const date = '20260101T000000Z';
const signature = 'a'.repeat(64);

async function setUp(test: Parameters<typeof smallWorld>[0], options: SimulatorOptions = {}) {
  const clock = new VirtualClock();
  const world = await smallWorld(test, { clock, epoch: Date.UTC(2026, 0, 1), ...options });
  const sign = (accessKeyId: string, scope = '20260101/us-east-1') =>
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}/ec2/aws4_request, ` +
    `SignedHeaders=host;x-amz-date, Signature=${signature}`;
  const post = async (form: string, headers: Record<string, string | undefined> = {}) => {
    const all = { authorization: sign(world.user.accessKeyId), 'x-amz-date': date, ...headers };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const response = await fetch(world.sim.ec2Url, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: Object.fromEntries(sent),
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      xml: await response.text(),
    };
  };
  return { ...world, clock, sign, post };
}

const listing = 'Action=DescribeSubnets&Version=2016-11-15';

t.test("answers have EC2's shape", async (t) => {
  const { post } = await setUp(t);
  const { status, type, xml } = await post(`${listing}&SubnetId.1=${ids.subnet}`);
  t.equal(status, 200);
  t.match(type, /^text\/xml/);
  t.match(
    xml,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<DescribeSubnetsResponse xmlns="http:\/\/ec2.amazonaws.com\/doc\/2016-11-15\/"><requestId>[-0-9a-f]{36}<\/requestId><subnetSet><item><subnetId>subnet-00000001<\/subnetId>/,
  );
  const error = await post(`${listing}&Filter.1.Name=a%3Cb%3E&Filter.1.Value.1=x`);
  t.equal(error.status, 400);
  t.match(
    error.xml,
    /<Response><Errors><Error><Code>InvalidParameterValue<\/Code><Message>The filter &apos;a&lt;b&gt;&apos; is invalid<\/Message><\/Error><\/Errors><RequestID>[-0-9a-f]{36}<\/RequestID><\/Response>/,
  );
});

t.test('a call in the URL of a GET', async (t) => {
  const { sim, sign, user } = await setUp(t);
  const headers = { authorization: sign(user.accessKeyId), 'x-amz-date': date };
  const response = await fetch(`${sim.ec2Url}/?${listing}&SubnetId.1=${ids.subnet}`, { headers });
  t.equal(response.status, 200);
  t.match(await response.text(), ids.subnet);
});

t.test('what XML cannot say, and names that JavaScript keeps for itself', async (t) => {
  const { sim, post } = await setUp(t);
  const { xml } = await post(
    `Action=CreateNetworkInterface&Version=2016-11-15&SubnetId=${ids.subnet}&Description=a%00b%1Bc%0D%F0%9F%90%8B`,
  );
  t.match(xml, '<description>a\ufffdb\ufffdc&#13;\u{1f40b}</description>');
  for (const form of ['__proto__=x', '__proto__.1=x', 'Filter.1.__proto__=x']) {
    t.equal((await post(`${listing}&${form}`)).status, 400, form);
  }
  t.equal(sim.record.calls.length, 4);
});

t.test('requests that are no calls', async (t) => {
  const { post } = await setUp(t);
  const cases: [string, string, RegExp][] = [
    ['Version=2016-11-15', 'MissingAction', /Action/],
    ['Action=RunInstances&Version=2016-11-15', 'InvalidAction', /RunInstances is not valid/],
    ['Action=DescribeSubnets&Version=2014-01-01', 'InvalidAction', /2014-01-01/],
    [`${listing}&SubnetIds.1=x`, 'UnknownParameter', /SubnetIds/],
    [`${listing}&SubnetId.1=a&SubnetId.1=b`, 'MalformedQueryString', /SubnetId\.1/],
    [`${listing}&MaxResults=many`, 'InvalidParameterValue', /many/],
    [`${listing}&Filter.1.Value.1=x`, 'MissingParameter', /Name/],
    ['Action=CreateNetworkInterface&Version=2016-11-15', 'MissingParameter', /SubnetId/],
    ['Action=DescribeSubnets&Version=2016-11-15&DryRun=maybe', 'InvalidParameterValue', /maybe/],
  ];
  for (const [form, code, message] of cases) {
    const { status, xml } = await post(form);
    t.equal(status, 400, form);
    t.match(xml, `<Code>${code}</Code>`);
    t.match(xml, message);
  }
});

t.test('signatures must be there, in time, and by keys that are known', async (t) => {
  const { sim, user, post, sign, clock } = await setUp(t);
  const refuses = async (
    name: string,
    headers: Record<string, string | undefined>,
    status: number,
    code: string,
  ) => {
    const answer = await post(listing, headers);
    t.match(answer, { status, xml: `<Code>${code}</Code>` }, name);
  };
  await refuses('none', { authorization: undefined }, 403, 'MissingAuthenticationToken');
  await refuses(
    'half of one',
    { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
    400,
    'IncompleteSignature',
  );
  await refuses('no date', { 'x-amz-date': undefined }, 400, 'IncompleteSignature');
  const elsewhere = sign(user.accessKeyId, '20260101/eu-west-1');
  await refuses('the scope of another Region', { authorization: elsewhere }, 401, 'AuthFailure');
  const yesterday = sign(user.accessKeyId, '20251231/us-east-1');
  await refuses('the scope of another day', { authorization: yesterday }, 401, 'AuthFailure');
  await refuses('unknown keys', { authorization: sign('AKIANOBODY') }, 401, 'AuthFailure');
  await refuses('a token with keys that have none', { 'x-amz-security-token': 'x' }, 401, 'AuthFailure');
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const keys = sim.credentials.forInstance(node.instanceId, 'node-role', sim.world.wallClock().getTime());
  const authorization = sign(keys.accessKeyId);
  await refuses("an instance's keys without their token", { authorization }, 401, 'AuthFailure');
  t.match(await post(listing, { authorization, 'x-amz-security-token': keys.sessionToken }), { status: 200 });
  t.equal(sim.record.calls.at(-1)?.instanceId, node.instanceId, 'the record knows who called');
  clock.advance(6 * 3600 * 1000 + 1);
  const late = { authorization, 'x-amz-security-token': keys.sessionToken, 'x-amz-date': '20260101T060000Z' };
  await refuses('keys past their end', late, 400, 'RequestExpired');
});

t.test('a date that is too far off: both readings', async (t) => {
  for (const [clockSkew, status] of [
    ['AuthFailure', 401],
    ['RequestExpired', 400],
  ] as const) {
    const { post, sign, user } = await setUp(t, { quirks: { clockSkew } });
    const yesterday = sign(user.accessKeyId, '20251231/us-east-1');
    for (const [authorization, date, wanted] of [
      [yesterday, '20251231T234459Z', status],
      [yesterday, '20251231T234500Z', 200],
      [undefined, '20260101T001500Z', 200],
      [undefined, '20260101T001501Z', status],
    ] as const) {
      const answer = await post(listing, {
        'x-amz-date': date,
        ...(authorization === undefined ? {} : { authorization }),
      });
      t.match(answer, { status: wanted, xml: wanted === 200 ? 'subnetSet' : clockSkew }, date);
    }
  }
});

t.test('the record', async (t) => {
  const { sim, post } = await setUp(t);
  await post(`${listing}&Filter.1.Name=vpc-id&Filter.1.Value.1=a&Filter.1.Value.2=b`);
  await post(`Action=CreateNetworkInterface&Version=2016-11-15&SubnetId=${ids.subnet}&DryRun=true`);
  await post('Action=DeleteNetworkInterface&Version=2016-11-15&NetworkInterfaceId=eni-0000000a');
  t.match(sim.record.calls[0], {
    at: 0,
    action: 'DescribeSubnets',
    params: { Filter: [{ Name: 'vpc-id', Value: ['a', 'b'] }] },
    dryRun: false,
    answer: { status: 200, code: undefined },
  });
  t.match(sim.record.calls[1], { dryRun: true, answer: { status: 412, code: 'DryRunOperation' } });
  t.same(
    sim.record.writes().map((call) => [call.action, call.answer?.code]),
    [['DeleteNetworkInterface', 'InvalidNetworkInterfaceID.NotFound']],
  );
  t.same(sim.record.writes('CreateNetworkInterface'), []);
  sim.record.clear();
  t.same(sim.record.calls, []);
});

t.test('a client that breaks off in the middle of its request is no failure of the simulator', async (t) => {
  const { sim, post } = await setUp(t);
  const { hostname, port } = new URL(sim.ec2Url);
  const socket = connect(Number(port), hostname);
  socket.write('POST / HTTP/1.1\r\nHost: ec2\r\nContent-Length: 100\r\n\r\nAction=');
  await once(socket, 'connect');
  t.equal((await post(listing)).status, 200);
  socket.resetAndDestroy();
  await once(socket, 'close');
  t.equal((await post(listing)).status, 200);
  t.equal(sim.record.calls.length, 2);
});

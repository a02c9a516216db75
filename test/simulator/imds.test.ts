import {
  AttachNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DetachNetworkInterfaceCommand,
} from '@aws-sdk/client-ec2';
import { MetadataService } from '@aws-sdk/ec2-metadata-service';
import t from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import type { SimulatedNode, SimulatorOptions } from './simulator.ts';
import { ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';

async function setUp(test: Parameters<typeof smallWorld>[0], options: SimulatorOptions = {}) {
  const clock = new VirtualClock();
  const world = await smallWorld(test, { clock, ...options });
  const launch = (request: object = {}) =>
    world.sim.launch({ type: 'm5.large', subnetId: ids.subnet, address: '10.0.4.4', ...request });
  return { ...world, clock, launch };
}

function client(node: SimulatedNode) {
  const put = (headers: Record<string, string>, path = '/latest/api/token') =>
    fetch(node.imdsUrl + path, { method: 'PUT', headers });
  const token = async (seconds = '21600') => (await put({ [ttl]: seconds })).text();
  const get = async (path: string, sent?: string) => {
    const headers = { 'x-aws-ec2-metadata-token': sent ?? (await token()) };
    const response = await fetch(`${node.imdsUrl}/latest/${path}`, { headers });
    return response.status === 200 ? response.text() : response.status;
  };
  return { put, token, get };
}

t.test('tokens', async (t) => {
  const { clock, launch } = await setUp(t);
  const node = await launch();
  const { put, token, get } = client(node);
  for (const seconds of ['', '0', '21601', '-1', '6h']) {
    t.equal((await put({ [ttl]: seconds })).status, 400, `a life of '${seconds}' seconds`);
  }
  t.equal((await put({})).status, 400, 'no life given');
  t.equal((await put({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' })).status, 403, 'through a proxy');
  t.equal((await put({ [ttl]: '60' }, '/latest/api/tokens')).status, 404);
  const short = await token('60');
  t.equal(await get('meta-data/instance-id', short), node.instanceId);
  clock.advance(60_000);
  t.equal(await get('meta-data/instance-id', short), 401, 'past its end');
  t.equal(await get('meta-data/instance-id', 'made-up'), 401);
  const [ended, other] = [await token(), await token()];
  node.imds.expireTokenNext = 1;
  t.equal(await get('meta-data/instance-id', ended), 401, 'ended by order');
  t.equal(await get('meta-data/instance-id', ended), 401);
  t.equal(await get('meta-data/instance-id', other), node.instanceId);
  t.equal((await fetch(`${node.imdsUrl}/latest/meta-data/`)).status, 401, 'IMDSv1');
  node.imds.tokens = 'optional';
  t.equal((await fetch(`${node.imdsUrl}/latest/meta-data/`)).status, 200, 'IMDSv1 where it is allowed');
  t.equal((await fetch(`${node.imdsUrl}/latest/meta-data/`, { method: 'DELETE' })).status, 405);
});

t.test('a token does not travel farther than the hop limit', async (t) => {
  const { launch } = await setUp(t);
  const node = await launch({ imds: { hopLimit: 1, hops: 2 } });
  const { put, get } = client(node);
  const lost = put({ [ttl]: '60' }).then(
    () => 'a token',
    () => 'nothing',
  );
  t.equal(
    await Promise.race([lost, get('meta-data/', 'x')]),
    401,
    'what needs no new token is answered first',
  );
  node.imds.hops = 1;
  t.equal((await put({ [ttl]: '60' })).status, 200);
});

t.test('the documents', async (t) => {
  const userData = Uint8Array.of(0x1f, 0x8b, 0x00, 0xff, 0x0a);
  const { sim, launch } = await setUp(t);
  const node = await launch({
    userData,
    launchIndex: 3,
    securityGroups: [ids.group],
    profile: { roleName: 'worker' },
    tags: { Name: 'w1' },
    metadataTags: true,
  });
  const { get, token } = client(node);
  const mac = node.primaryEni.mac;
  const macs = `meta-data/network/interfaces/macs/${mac}`;
  const cases: [string, string | number][] = [
    ['meta-data/instance-id', node.instanceId],
    ['meta-data/instance-type', 'm5.large'],
    ['meta-data/mac', mac],
    ['meta-data/local-ipv4', '10.0.4.4'],
    ['meta-data/ami-launch-index', '3'],
    ['meta-data/placement/', 'availability-zone\navailability-zone-id\nregion'],
    ['meta-data/placement/region', 'us-east-1'],
    ['meta-data/placement/availability-zone', 'us-east-1a'],
    ['meta-data/placement/availability-zone-id', 'use1-az1'],
    ['meta-data/iam/security-credentials/', 'worker'],
    ['meta-data/tags/instance/Name', 'w1'],
    ['meta-data/network/interfaces/macs/', `${mac}/`],
    [`${macs}/device-number`, '0'],
    [`${macs}/network-card`, '0'],
    [`${macs}/interface-id`, node.primaryEni.id],
    [`${macs}/subnet-id`, ids.subnet],
    [`${macs}/subnet-ipv4-cidr-block`, '10.0.4.0/24'],
    [`${macs}/vpc-id`, ids.vpc],
    [`${macs}/local-ipv4s`, '10.0.4.4'],
    [`${macs}/security-group-ids`, ids.group],
    ['meta-data/no-such-thing', 404],
    ['meta-data/instance-id/more', 404],
  ];
  for (const [path, wanted] of cases) {
    t.equal(await get(path), wanted, path);
  }
  t.match(JSON.parse(String(await get('dynamic/instance-identity/document'))), {
    accountId: '123456789012',
    availabilityZone: 'us-east-1a',
    instanceId: node.instanceId,
    instanceType: 'm5.large',
    privateIp: '10.0.4.4',
    region: 'us-east-1',
  });
  const keys = JSON.parse(String(await get('meta-data/iam/security-credentials/worker')));
  t.match(keys, { Code: 'Success', Type: 'AWS-HMAC', AccessKeyId: /^ASIA/, Expiration: /Z$/ });
  t.equal(sim.credentials.find(keys.AccessKeyId)?.instanceId, node.instanceId);
  const headers = { 'x-aws-ec2-metadata-token': await token() };
  const raw = await fetch(`${node.imdsUrl}/latest/user-data`, { headers });
  t.same(new Uint8Array(await raw.arrayBuffer()), userData, 'user data, byte for byte');
  t.equal(raw.headers.get('content-type'), 'application/octet-stream');
  const head = await fetch(`${node.imdsUrl}/latest/meta-data/instance-id`, { method: 'HEAD', headers });
  t.match(head, { status: 200 });
  t.equal(await head.text(), '', 'HEAD');

  const bare = client(await sim.launch({ type: 'm5.large', subnetId: ids.subnet, profile: null }));
  t.equal(await bare.get('user-data'), 404, 'no user data');
  t.equal(await bare.get('meta-data/iam/security-credentials/'), 404, 'no instance profile');
  t.equal(await bare.get('meta-data/tags/instance/'), 404, 'tags are opt-in');
});

t.test('right after boot, disabled, throttled', async (t) => {
  const { launch } = await setUp(t);
  const node = await launch({ imds: { refuseNext: 1, notFoundNext: 1, throttleNext: 1 } });
  const { put, get } = client(node);
  await t.rejects(put({ [ttl]: '60' }));
  t.equal((await put({ [ttl]: '60' })).status, 404);
  t.equal((await put({ [ttl]: '60' })).status, 503);
  t.equal(await get('meta-data/instance-id'), node.instanceId);
  node.imds.enabled = false;
  t.equal((await put({ [ttl]: '60' })).status, 403);
});

t.test('an attached ENI becomes known late, a detached one lingers', async (t) => {
  const { sim, ec2, clock, launch } = await setUp(t, { imdsLagMs: 1000, attachMs: 100 });
  const node = await launch({ imds: { deviceNumberMs: 5000, lingerMs: 60_000 } });
  const { get } = client(node);
  const eni = sim.world.addEni({ subnetId: ids.subnet, secondary: ['10.0.4.90'] });
  const { AttachmentId } = await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId: eni.id,
      InstanceId: node.instanceId,
      DeviceIndex: 2,
      NetworkCardIndex: 0,
    }),
  );
  const macs = 'meta-data/network/interfaces/macs/';
  const both = [node.primaryEni.mac, eni.mac]
    .map((mac) => `${mac}/`)
    .sort()
    .join('\n');
  t.equal(await get(macs), `${node.primaryEni.mac}/`);
  clock.advance(100);
  sim.world.settle();
  clock.advance(1000);
  t.equal(await get(macs), both);
  t.equal(await get(`${macs}${eni.mac}/device-number`), '0', 'not yet propagated');
  t.equal(await get(`${macs}${eni.mac}/local-ipv4s`), `${eni.addresses[0]}\n10.0.4.90`);
  clock.advance(5000);
  t.equal(await get(`${macs}${eni.mac}/device-number`), '2');
  await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
  clock.advance(999);
  t.equal(await get(`${macs}${eni.mac}/interface-id`), eni.id, 'IMDS has not heard of the detach');
  clock.advance(1);
  t.equal(await get(macs), both);
  t.equal(await get(`${macs}${eni.mac}/interface-id`), 404);
  clock.advance(59_999);
  t.equal(await get(macs), both);
  clock.advance(1);
  t.equal(await get(macs), `${node.primaryEni.mac}/`);
});

t.test('only an instance that is up has an IMDS', async (t) => {
  const { sim, launch } = await setUp(t);
  const node = await launch({ state: 'pending' });
  const { get } = client(node);
  t.equal(await get('meta-data/instance-id'), node.instanceId);
  sim.world.start(node.instanceId);
  t.equal(await get('meta-data/instance-id'), node.instanceId);
  sim.world.stop(node.instanceId);
  await t.rejects(get('meta-data/instance-id'));
  sim.world.start(node.instanceId);
  t.equal(await get('meta-data/instance-id'), node.instanceId);
  sim.world.terminate(node.instanceId);
  await t.rejects(get('meta-data/iam/security-credentials/'));
});

t.test('user data: none if it is empty, refused above 16 KB', async (t) => {
  const { sim, launch } = await setUp(t);
  const other = { address: undefined };
  t.equal(await client(await launch({ userData: '' })).get('user-data'), 404);
  const largest = 'x'.repeat(16_384);
  t.equal(await client(await launch({ ...other, userData: largest })).get('user-data'), largest);
  await t.rejects(launch({ ...other, userData: `${largest}x` }), { message: /16384 bytes/ });
  t.equal(sim.world.enis.length, 2, 'and no ENI is left');
});

t.test("the SDK's own client", async (t) => {
  const { launch } = await setUp(t);
  const node = await launch({ userData: 'kind: MultusNodeConfig\n' });
  const imds = new MetadataService({ endpoint: node.imdsUrl });
  t.equal(await imds.request('/latest/user-data', {}), 'kind: MultusNodeConfig\n');
});

t.test('IPv6 in IMDS', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const node = await sim.launch({
    type: 'p4d.24xlarge',
    subnetId: ids6.native,
    ipv6Addresses: ['2600:1f18:0:606::4'],
  });
  const eni = sim.world.addEni({
    subnetId: ids6.dual,
    address: '10.6.4.4',
    ipv6Addresses: ['2600:1f18:0:604::4', '2600:1f18:0:604::5'],
    ipv6Prefixes: ['2600:1f18:0:604:1::/80'],
  });
  const associating = sim.world.addSubnet({
    vpcId: ids6.vpc,
    zone: 'us-east-1a',
    cidr: '10.6.7.0/24',
    ipv6Cidrs: [{ cidr: '2600:1f18:0:607::/64', state: 'associating' }, '2600:1f18:0:608::/64'],
  });
  const plain = sim.world.addEni({ subnetId: associating.id });
  for (const [index, { id }] of [eni, plain].entries()) {
    await ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: id,
        InstanceId: node.instanceId,
        DeviceIndex: 1,
        NetworkCardIndex: 2 + index,
      }),
    );
  }
  const { get } = client(node);
  const macs = 'meta-data/network/interfaces/macs';
  const { mac } = node.primaryEni;
  const hostname = `${node.instanceId}.ec2.internal`;
  for (const [path, wanted] of [
    ['meta-data/ipv6', '2600:1f18:0:606::4'],
    ['meta-data/local-ipv4', 404],
    ['meta-data/local-hostname', hostname],
    [`${macs}/${mac}/ipv6s`, '2600:1f18:0:606::4'],
    [`${macs}/${mac}/local-ipv4s`, 404],
    [`${macs}/${mac}/subnet-ipv4-cidr-block`, 404],
    [`${macs}/${mac}/subnet-ipv6-cidr-blocks`, '2600:1f18:0:606::/64'],
    [`${macs}/${mac}/vpc-ipv4-cidr-block`, '10.6.0.0/16'],
    [`${macs}/${mac}/vpc-ipv6-cidr-blocks`, '2600:1f18:0:600::/56'],
    [`${macs}/${eni.mac}/local-ipv4s`, '10.6.4.4'],
    [`${macs}/${eni.mac}/ipv6s`, '2600:1f18:0:604::4\n2600:1f18:0:604::5'],
    [`${macs}/${eni.mac}/ipv6-prefix`, '2600:1f18:0:604:1::/80'],
    [`${macs}/${eni.mac}/network-card`, '2'],
    [`${macs}/${eni.mac}/device-number`, '1'],
    [`${macs}/${plain.mac}/network-card`, '3'],
    [`${macs}/${plain.mac}/ipv6s`, 404],
    [`${macs}/${plain.mac}/subnet-ipv6-cidr-blocks`, '2600:1f18:0:608::/64'],
  ] as const) {
    t.equal(await get(path), wanted, path);
  }
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [node.instanceId] }));
  t.match(Reservations?.[0]?.Instances, [
    { Ipv6Address: '2600:1f18:0:606::4', PrivateIpAddress: undefined, PrivateDnsName: hostname },
  ]);
});

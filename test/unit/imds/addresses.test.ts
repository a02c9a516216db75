/** Whether an ENI has an address, as IMDS knows it: a hint, asked for once. */
import http from 'node:http';
import t, { type Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { createImds } from '../../../agent/imds/imds.ts';
import { recordingLog } from '../../recording-log.ts';
import { attachEni, detachEni } from '../../simulator/model/attachments.ts';
import { startSimulator } from '../../simulator/simulator.ts';

function imdsAt(endpoint: string) {
  return createImds({ endpoint, clock: systemClock, random: Math.random, log: recordingLog().log });
}

const ipv4 = '10.0.0.200';
const ipv6 = '2600:1f18:1::200';

/** A node with an ENI that holds both addresses; IMDS hears of addresses a second late, on a clock of its own. */
async function node(t: Test) {
  let offset = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + offset };
  const sim = await startSimulator({ clock, imdsAddressesMs: 1000 });
  t.teardown(() => sim.close());
  const subnetId = 'subnet-11111111';
  const { id: vpcId } = sim.world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:1::/56' });
  const cidrs = { cidr: '10.0.0.0/24', ipv6Cidrs: ['2600:1f18:1::/64'] };
  sim.world.addSubnet({ id: subnetId, vpcId, zone: 'us-east-1a', ...cidrs });
  const { instanceId, imdsUrl, imds: options, primaryEni } = await sim.launch({ type: 'm5.large', subnetId });
  const eni = sim.world.addEni({ subnetId, secondary: [ipv4], ipv6Addresses: [ipv6] });
  const { id: attachmentId } = attachEni(sim.world, {
    eniId: eni.id,
    instanceId,
    deviceIndex: 1,
    networkCard: 0,
  });
  const imds = imdsAt(imdsUrl);
  const signal = AbortSignal.timeout(20_000);
  const known = (mac = eni.mac) => imds.addresses(mac, signal);
  const passTime = (ms: number) => {
    offset += ms;
  };
  return { sim, eni, attachmentId, primary: primaryEni, options, known, passTime };
}

t.test('both IP versions, the primary first, and late', async (t) => {
  const { sim, eni, primary, known, passTime } = await node(t);
  const [own = ''] = eni.addresses;
  t.strictSame(await known(), [own, ipv4, ipv6]);
  t.strictSame(await known(primary.mac), [...primary.addresses], 'without IPv6');
  sim.world.store.setEni({ ...sim.world.store.eni(eni.id), addresses: [own], ipv6Addresses: [] });
  t.strictSame(await known(), [own, ipv4, ipv6], 'IMDS is behind');
  passTime(1000);
  t.strictSame(await known(), [own]);
});

t.test('one that IMDS does not know: not an ENI without addresses', async (t) => {
  const { sim, eni, attachmentId, options, known } = await node(t);
  t.equal(await known('02:00:00:00:00:01'), undefined);
  options.lingerMs = 60_000;
  detachEni(sim.world, attachmentId);
  t.equal(await known(), undefined, 'detached, its MAC lingers without keys');
  t.same(sim.world.store.eni(eni.id).addresses.length, 2, 'and EC2 has its addresses');
});

t.test('where IMDS gives no answer, nothing is known; the next time it is asked anew', async (t) => {
  const { options, known } = await node(t);
  await known();
  for (const trouble of ['refuseNext', 'throttleNext', 'notFoundNext'] as const) {
    options[trouble] = 3;
    t.equal(await known(), undefined, trouble);
    t.equal(options[trouble], 0, 'each key was asked for once');
    t.ok(await known());
  }
  options.expireTokenNext = 1;
  t.ok(await known(), 'a token that has expired is renewed');
  options.enabled = false;
  t.equal(await known(), undefined, 'disabled');
});

t.test('an IMDS that is silent is given up within its two seconds, or as the caller aborts', async (t) => {
  const server = http.createServer((request, response) => {
    if (request.method === 'PUT') {
      response.end('token');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = server.address();
  const imds = imdsAt(`http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`);
  t.equal(await imds.addresses('02:00:00:00:00:01', AbortSignal.timeout(8_000)), undefined);
  const aborted = AbortSignal.timeout(50);
  await t.rejects(imds.addresses('02:00:00:00:00:01', aborted), { name: 'TimeoutError' });
});

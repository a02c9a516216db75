/** `nodeport watch` and `nodeport status` as processes: start, lock, state file, metrics, end. */
import { execa } from 'execa';
import t from 'tap';
import { writeSetup } from '../../agent/nodeport/setup-file.ts';
import { enterNamespace } from './namespace.ts';
import { eth1, nodeFor } from './trouble.ts';
import {
  address,
  holderOf,
  nodeWithAddresses,
  otherCarrier,
  startWatcher,
  stateWhere,
  until,
} from './watched-node.ts';

await enterNamespace(import.meta.url);

const metricsPort = 9410;

async function get(path: string) {
  const response = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

t.test('a node without anything to watch over', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const none = await node.run(['nodeport', 'watch']);
  t.match(none, { exitCode: 0, journal: /nothing to watch over: run has set up no NodePort addresses/ });
  t.equal(none.journal.trimEnd().split('\n').length, 1, 'in one line');

  const { instanceId } = node.node;
  const link = { name: 'eth1', mac: '', eniId: '', subnetId: '', cidrs: [], isPrimary: false };
  const links = [{ ...link, addresses: [{ address, mode: 'PerNode' as const }] }];
  await writeSetup(node.root, { instanceId, links });
  const { exitCode, journal } = await node.run(['nodeport', 'watch']);
  t.match({ exitCode, journal }, { exitCode: 0, journal: /nothing to watch over: none .* is Floating/ });

  await writeSetup(node.root, { instanceId: 'i-00000000000000bad', links });
  const foreign = await node.run(['nodeport', 'watch']);
  t.match(foreign, { exitCode: 9, journal: /was written for i-00000000000000bad/ });
  t.match((await node.run(['status'])).stdout, /could not be looked at:\n {2}the NodePort addresses: .*bad/);

  const early = startWatcher(t, node, {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9',
    LOG_LEVEL: 'debug',
  });
  await until('it asks IMDS', async () => early.journal() !== '');
  t.equal((await early.stop()).exitCode, 0, 'told to stop before it knows who it is', {
    journal: early.journal(),
  });
});

t.test('an address that nobody holds: claimed, told of, and kept by one watcher', async (t) => {
  const node = await nodeWithAddresses(t, undefined, { metricsPort });
  const [own] = node.enis();
  const watcher = startWatcher(t, node);
  const state = await stateWhere(node, ({ addresses }) => addresses[0]?.role === 'holder');
  t.equal(holderOf(node), own?.id);
  t.match(state, {
    instanceId: node.node.instanceId,
    addresses: [
      {
        address,
        interface: 'eth1',
        holder: { eniId: own?.id, instanceId: node.node.instanceId },
        moves: [{ how: 'claimed', to: node.node.instanceId }],
      },
    ],
  });

  const carried = JSON.parse((await execa('ip', ['-json', 'address', 'show', 'dev', 'eth1'])).stdout);
  t.ok(
    carried[0].addr_info.some((each: { local: string }) => each.local === address),
    'the host has it: set right before the watch began',
  );
  t.match(watcher.journal(), /warn: NodePort addresses: something on this node undid .* interface=eth1/);

  const { status, type, text } = await get('/metrics');
  t.match({ status, type }, { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
  const holder = `address="${address}"`;
  t.match(text, `multus_bootstrap_nodeport_holder{${holder},interface="eth1"} 1\n`);
  t.match(text, `multus_bootstrap_nodeport_moves_total{${holder},how="claimed"} 1\n`);
  t.match(text, `holder_info{${holder},instance_id="${node.node.instanceId}",eni_id="${own?.id}"} 1\n`);
  t.match(text, /ec2_calls_total\{action="AssignPrivateIpAddresses"\} 1\n/);
  t.match(text, /build_info\{version="\d+\.\d+\.\d+"\} 1\n/);
  t.equal((await get('/')).status, 404);

  const second = await node.run(['nodeport', 'watch']);
  t.match(second, { exitCode: 9, journal: /another watcher is at work/ });

  const { stdout } = await node.run(['nodeport', 'status']);
  t.match(stdout, /^watcher: running; what it knows is \d+ s old$/m);
  t.match(
    stdout,
    new RegExp(`^${address} +eth1 +Floating +this node +10\\.0\\.0\\.\\d+ +${own?.id} +\\d{4}-`, 'm'),
  );
  t.match(stdout, /^ {4}\S+Z {2}nobody → i-\w+, claimed: \S.*$/m);
  t.match(stdout, /^the setup, EC2 and the OS agree$/m);

  const { exitCode } = await watcher.stop();
  t.equal(exitCode, 0, 'SIGTERM', { journal: watcher.journal() });
  t.equal(holderOf(node), own?.id, 'there is nobody to hand it to');
  const after = JSON.parse((await node.run(['nodeport', 'status', '--json'])).stdout);
  t.match(after, {
    watcher: { state: 'not running' },
    addresses: [{ address, isHeldHere: true, isOnLink: true, watched: { role: 'holder' } }],
    differences: [/^the watcher does not run: .*systemctl start multus-bootstrap-nodeport/],
    unknown: [],
  });
});

t.test('SIGTERM hands over to the other node; a metrics port in use keeps it from nothing', async (t) => {
  const blocker = execa(process.execPath, [
    '--eval',
    `require('node:net').createServer().listen(${metricsPort}, '127.0.0.1', () => console.log('listens'))`,
  ]);
  t.teardown(async () => {
    blocker.kill();
    await blocker.catch(() => undefined);
  });
  await new Promise((resolve) => blocker.stdout.once('data', resolve));
  const node = await nodeWithAddresses(t, undefined, { metricsPort });
  const watcher = startWatcher(t, node);
  await stateWhere(node, ({ addresses }) => addresses[0]?.role === 'holder');
  t.match(watcher.journal(), /warn: no metrics at port 9410 of 127\.0\.0\.1: .*EADDRINUSE.*each minute/);
  const other = await otherCarrier(node);
  const { exitCode } = await watcher.stop();
  t.equal(exitCode, 0, 'exit code 0', { journal: watcher.journal() });
  t.equal(holderOf(node), other.id, 'the other has it', { journal: watcher.journal() });
  const { addresses } = await stateWhere(node, () => true);
  t.match(addresses, [{ role: 'candidate', holder: { eniId: other.id }, moves: [{ how: 'handed over' }] }]);
  const [{ holder }] = JSON.parse((await node.run(['nodeport', 'status', '--json'])).stdout).addresses;
  t.equal(holder.eniId, other.id);
});

t.test('a candidate: who holds it, and where EC2 and the OS differ from that', async (t) => {
  const node = await nodeWithAddresses(t);
  const other = await otherCarrier(node, [address]);
  const watcher = startWatcher(t, node);
  const { addresses } = await stateWhere(node, (state) => state.addresses[0]?.holder !== undefined);
  const instanceId = other.tags['multus-bootstrap.io/instance-id'];
  t.match(addresses, [{ role: 'candidate', holder: { eniId: other.id, instanceId } }]);
  node.simulator.record.clear();
  const status = JSON.parse((await node.run(['status', '--json'])).stdout);
  t.match(status.nodePort, {
    watcher: { state: 'running' },
    addresses: [{ address, holder: { eniId: other.id, instanceId }, isHeldHere: false, isOnLink: true }],
  });
  t.strictSame(status.differences, []);
  const reads = node.simulator.record.calls.filter(({ action }) => action === 'DescribeInstances');
  t.equal(reads.length, 1, 'one call for it');
  t.strictSame(node.simulator.record.writes(), []);

  t.match(
    (await node.run(['status'])).stdout,
    new RegExp(`^${address} +eth1 +Floating +${instanceId} `, 'm'),
  );
  await watcher.stop('SIGINT');
  t.equal(holderOf(node), other.id, "another's is not handed over");

  await execa('ip', ['address', 'del', `${address}/32`, 'dev', 'eth1']);
  node.simulator.permissions.deny('DescribeInstances');
  const denied = JSON.parse((await node.run(['nodeport', 'status', '--json'])).stdout);
  t.match(denied, {
    addresses: [{ isOnLink: false, holder: { eniId: other.id } }],
    differences: [new RegExp(`^${address}: eth1 does not have it`), /^the watcher does not run/],
    unknown: [/^EC2: cannot .*ec2:DescribeInstances/],
  });

  node.node.imds.enabled = false;
  const { exitCode, stdout } = await node.run(['nodeport', 'status']);
  t.equal(exitCode, 0, 'without IMDS, what the node itself knows');
  t.match(stdout, new RegExp(`^${address} +eth1 +Floating +${instanceId} `, 'm'));
  t.match(stdout, /^could not be looked at:\n {2}IMDS, and so neither the configuration nor EC2: \S/m);
});

t.test('configured, and not set up', async (t) => {
  const entry = { addresses: [address], interface: 'eth1', mode: 'Floating' };
  const node = await nodeFor(t, { userData: { ...eth1(), nodePort: [entry] } });
  const { exitCode, stdout } = await node.run(['nodeport', 'status']);
  t.equal(exitCode, 0);
  t.match(stdout, /^watcher: not set up$/m);
  t.match(
    stdout,
    /^differences:\n {2}10\.0\.4\.201: configured for eth1, and not set up; .*systemctl restart multus-bootstrap/m,
  );
  t.notMatch(stdout, /agree/);

  node.node.imds.enabled = false;
  const lost = await node.run(['nodeport', 'status']);
  t.match(lost, { exitCode: 8, stdout: '' }, 'without IMDS nothing is known of it');
});

t.test('a configuration that cannot be read', async (t) => {
  const node = await nodeFor(t, { userData: eth1({ bogus: true }) });
  const { stdout } = await node.run(['nodeport', 'status']);
  t.match(stdout, /^could not be looked at:\n {2}the configuration: .*bogus/m);
  t.match(stdout, /^what could be looked at agrees$/m);
});

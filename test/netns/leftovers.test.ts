import { access } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { devices } from './devices.ts';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets, twoInterfaces, userData } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const [eth1] = twoInterfaces.interfaces;

/** Replaces the instance's user data, as a stop, a change and a start do. */
function reconfigure(node: Awaited<ReturnType<typeof nodeFor>>, spec: object): void {
  const { world } = node.simulator;
  const instance = world.instances.get(node.node.instanceId);
  if (instance !== undefined) {
    world.instances.set(instance.id, { ...instance, userData: Buffer.from(userData(spec)) });
  }
}

t.test('an interface that leaves the configuration after a kill leaves nothing behind', async (t) => {
  for (const moment of ['beforeCall', 'afterCall'] as const) {
    await t.test(`killed ${moment}`, async (t) => {
      const node = await nodeFor(t, {});
      const isInB = (params: object) => 'SubnetId' in params && params.SubnetId === subnets.b;
      if (moment === 'beforeCall') {
        // Without it EC2 would do what a client asked for that is dead by then.
        node.simulator.faults.add({ action: 'CreateNetworkInterface', match: isInB, kind: 'hang' });
      }
      const program = node.start(['run']);
      node.hooks[moment] = (call) => {
        if (call.action === 'CreateNetworkInterface' && isInB(call.params)) {
          program.kill('SIGKILL');
        }
      };
      await program;
      delete node.hooks[moment];
      reconfigure(node, { interfaces: [eth1] });

      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 0, journal);
      t.strictSame(
        node.enis().map((eni) => [eni.tags['multus-bootstrap.io/interface'], eni.addresses]),
        [['eth1', ['10.0.4.4']]],
      );
      for (const file of [
        'var/lib/multus-bootstrap/eth2.json',
        'etc/systemd/network/10-multus-bootstrap-eth2.link',
        'etc/systemd/network/10-multus-bootstrap-eth2.network',
      ]) {
        await t.rejects(access(join(node.root, file)), { code: 'ENOENT' }, file);
      }
      node.simulator.record.clear();
      await node.run(['run']);
      t.strictSame(node.simulator.record.writes(), [], 'a further run changes nothing');
    });
  }
});

t.test('what cannot be cleared away is told, and holds nothing up', async (t) => {
  const node = await nodeFor(t, {});
  t.equal((await node.run(['run'])).exitCode, 0);
  const [eni] = node.enis();
  const { world, permissions } = node.simulator;
  const twice = world.addEni({ subnetId: subnets.a, tags: eni?.tags ?? {} });
  permissions.deny('DeleteNetworkInterface');
  const denied = await node.run(['run']);
  t.equal(denied.exitCode, 0);
  t.match(denied.journal, new RegExp(`warn: cannot give back ${twice.id}.*ec2:DeleteNetworkInterface`));
  t.equal(await gateOf(node), 'open');
  permissions.allow('DeleteNetworkInterface');
  t.equal((await node.run(['run'])).exitCode, 0);
  t.notOk(
    world.enis.some(({ id }) => id === twice.id),
    'the next run tries again',
  );
});

t.test('kubelet does not wait for a DeleteOnTermination', async (t) => {
  t.test('that EC2 takes its time over, while links are set up', async (t) => {
    const node = await nodeFor(t, { userData: { interfaces: [eth1] } });
    let wasUp = false;
    node.hooks.beforeCall = async ({ action }) => {
      for (let tries = 0; action.startsWith('Modify') && !wasUp && tries < 200; tries += 1) {
        wasUp = (await devices()).some(({ name, up }) => name === 'eth1' && up);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.ok(wasUp, 'the link was up before EC2 answered');
  });

  t.test('that EC2 puts off, when a failed node is let join', async (t) => {
    const interfaces = [eth1, { name: 'eth2', subnets: [subnets.b], securityGroups: [group] }];
    const node = await nodeFor(t, { userData: { failurePolicy: 'Taint', interfaces } });
    const { faults } = node.simulator;
    const full = { code: 'InsufficientFreeAddressesInSubnet', message: 'The subnet is full.' };
    const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
    const isInB = (params: object) => 'SubnetId' in params && params.SubnetId === subnets.b;
    faults.add({ action: 'CreateNetworkInterface', match: isInB, kind: { error: full } });
    let isThrottling = true;
    const match = () => isThrottling;
    faults.add({
      action: 'ModifyNetworkInterfaceAttribute',
      times: 1_000,
      match,
      kind: { error: throttled },
    });

    const program = node.start(['run']);
    for (let tries = 0; (await gateOf(node)) !== 'open' && tries < 500; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    t.equal(await gateOf(node), 'open');
    t.equal(node.enis()[0]?.attachment?.deleteOnTermination, false);
    isThrottling = false;
    t.equal((await program).exitCode, 5);
    t.equal(node.enis()[0]?.attachment?.deleteOnTermination, true, 'set behind the open gate');
  });
});

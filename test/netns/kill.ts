import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import type { Call } from '../simulator/api/record.ts';
import { endState } from './end-state.ts';
import { group, type NodeOptions, startNode, subnets, type TestNode } from './simulated-node.ts';

/** Before a call has its effect, or after it and before its answer. */
export type Moment = 'beforeCall' | 'afterCall';

/** A node to be killed. */
export async function freshNode(t: Test, options: NodeOptions = {}): Promise<TestNode> {
  const node = await newNode(options);
  t.teardown(() => node.close());
  return node;
}

/** Two interfaces, every kind of write, first free addresses that are not the first. */
function newNode(options: NodeOptions): Promise<TestNode> {
  return startNode({
    userData: {
      interfaces: [
        { name: 'eth1', subnets: [subnets.a], securityGroups: [group], tags: { team: 'core' } },
        { name: 'eth2', subnets: [subnets.b], securityGroups: [group], sourceDestCheck: false },
      ],
    },
    ...options,
    world(world) {
      world.addEni({ subnetId: subnets.a, address: '10.0.4.4' });
      world.addEni({ subnetId: subnets.b, address: '10.0.5.5' });
      options.world?.(world);
    },
  });
}

/**
 * The calls of a run that nothing disturbs, by name, and what it leaves behind.
 *
 * @param addresses those of the ENIs, in the order of the interfaces
 */
export async function undisturbedRun(
  t: Test,
  options: NodeOptions = {},
  addresses = [['10.0.4.5'], ['10.0.5.4']],
): Promise<{ reads: string[]; writes: string[]; state: object }> {
  const node = await newNode(options);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(
    node.enis().map((eni) => [...eni.addresses, ...eni.ipv6Addresses]),
    addresses,
  );
  const calls = node.simulator.record.calls.map((call) => callName(node, call));
  t.equal(new Set(calls).size, calls.length, 'each call has a name of its own');
  const state = await endState(node);
  await node.close();
  return { reads: calls.filter(isRead), writes: calls.filter((name) => !isRead(name)), state };
}

/**
 * A call by what it does and for which interface, as it is called in any run of the same node:
 * `AttachNetworkInterface eth1`, `GetSubnetCidrReservations subnet-0000000a`.
 */
export function callName(node: TestNode, { action, params }: Call): string {
  const { NetworkInterfaceId: eniId, Description: description, SubnetId, Filter, SourceDestCheck } = params;
  const eni = node.simulator.world.enis.find((each) => each.id === eniId);
  const name =
    eni?.tags['multus-bootstrap.io/interface'] ??
    (typeof description === 'string' ? description.split(' ')[0] : undefined);
  const attribute = SourceDestCheck === undefined ? '' : ' SourceDestCheck';
  return `${action} ${name ?? SubnetId ?? JSON.stringify(Filter)}${attribute}`;
}

/** The next run waits for seconds until EC2 has shown what was being taken back: they have passed. */
export async function letTimePass({ root }: TestNode): Promise<void> {
  const folder = join(root, 'var/lib/multus-bootstrap');
  const before = new Date(Date.now() - 60_000);
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.json'))) {
    await utimes(join(folder, name), before, before);
  }
}

/** The program came to its end without the call at which it was to be killed. */
export class NotKilled extends Error {}

/**
 * Runs the program, and kills it with SIGKILL at the first call that has that name or passes that test; answers
 * the call. Calls that are on their way at the same time still have their effect, as they would in EC2. Throws if
 * no such call comes.
 */
export async function runUntilKilled(
  node: TestNode,
  moment: Moment,
  which: string | ((call: Call) => boolean),
  command = 'run',
): Promise<Call> {
  const isIt = typeof which === 'string' ? (call: Call) => callName(node, call) === which : which;
  const { hooks, simulator } = node;
  const program = node.start([command]);
  const killedAt = Promise.withResolvers<Call>();
  let isAlive = true;
  hooks[moment] = async (call) => {
    if (!isAlive || !isIt(call)) {
      return;
    }
    isAlive = false;
    program.kill('SIGKILL');
    await program;
    if (moment === 'beforeCall') {
      simulator.faults.add({ kind: 'reset', match: (params) => params === call.params });
    }
    killedAt.resolve(call);
  };
  const { exitCode, stderr } = await program;
  delete hooks[moment];
  if (exitCode !== undefined) {
    throw new NotKilled(`not killed: there was no such call (${which}):\n${stderr}`);
  }
  return killedAt.promise;
}

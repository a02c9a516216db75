import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import type { NodePortAddress, NodePortSetup } from '../../agent/nodeport/setup.ts';
import { writeSetup } from '../../agent/nodeport/setup-file.ts';
import type { WatcherState } from '../../agent/nodeport/state-file.ts';
import { readState } from '../../agent/nodeport/state-file.ts';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { eth1, nodeFor } from './trouble.ts';

export const address = '10.0.4.201';

/** A node after its run, and the setup of NodePort addresses on its eth1 as `run` hands it to the watcher. */
export async function nodeWithAddresses(
  t: Test,
  addresses: readonly NodePortAddress[] = [{ address, mode: 'Floating' }],
  more: Partial<NodePortSetup> = {},
): Promise<TestNode> {
  const node = await nodeFor(t, { userData: eth1() });
  const { attached } = node.hooks;
  // Other nodes' devices are not in this namespace.
  node.hooks.attached = (eni, instance) =>
    instance.id === node.node.instanceId ? attached?.(eni, instance) : undefined;
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, 'run', { journal });
  const [eni] = node.enis();
  assert(eni);
  carry(node, eni, addresses);
  await writeSetup(node.root, {
    instanceId: node.node.instanceId,
    links: [
      {
        name: 'eth1',
        mac: eni.mac,
        eniId: eni.id,
        subnetId: eni.subnetId,
        cidrs: ['10.0.4.0/24'],
        isPrimary: false,
        addresses,
      },
    ],
    ...more,
  });
  await configure(node, addresses);
  return node;
}

/** The run is to set up none of them, and knows of them only after it. */
async function configure({ root }: TestNode, addresses: readonly NodePortAddress[]): Promise<void> {
  const folder = join(root, 'etc/multus-bootstrap/config.d');
  const nodePort = addresses.map(({ address, ...rest }) => ({
    addresses: [address],
    interface: 'eth1',
    ...rest,
  }));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'nodeport.json'),
    JSON.stringify({
      apiVersion: 'multus-bootstrap.io/v1alpha1',
      kind: 'MultusNodeConfig',
      spec: { nodePort },
    }),
  );
}

/** Another node of the group: an instance and its ENI, without a process. */
export async function otherCarrier(node: TestNode, secondary: readonly string[] = []): Promise<Eni> {
  const { simulator } = node;
  const other = await simulator.launch({ type: 'm5.xlarge', subnetId: subnets.primary });
  const tags = {
    'multus-bootstrap.io/instance-id': other.instanceId,
    'multus-bootstrap.io/interface': 'eth1',
    'multus-bootstrap.io/created': 'true',
  };
  const eni = simulator.world.addEni({ subnetId: subnets.a, secondary, tags });
  carry(node, eni, [{ address, mode: 'Floating' }]);
  attachEni(simulator.world, {
    eniId: eni.id,
    instanceId: other.instanceId,
    deviceIndex: 1,
    networkCard: 0,
  });
  return eni;
}

function carry({ simulator }: TestNode, { id }: Eni, addresses: readonly NodePortAddress[]): void {
  const { store } = simulator.world;
  const eni = store.eni(id);
  const carried = addresses.map((each) => each.address).join(' ');
  store.setEni({ ...eni, tags: { ...eni.tags, 'multus-bootstrap.io/nodeport': carried } });
}

/** The ENI that holds the address, in truth. */
export function holderOf(node: TestNode): string | undefined {
  return node.simulator.world.enis.find(({ addresses }) => addresses.includes(address))?.id;
}

/** Waits for a condition, half a minute at most. */
export async function until<T>(what: string, condition: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const met = await condition();
    if (met !== undefined && met !== false) {
      return met;
    }
    assert(performance.now() < end, `within 30 s: ${what}`);
    await delay(50);
  }
}

/** A watcher that runs, until it is stopped or the test ends. */
export function startWatcher(t: Test, node: TestNode, env?: Record<string, string>) {
  const watcher = node.start(['nodeport', 'watch'], env);
  let journal = '';
  watcher.stderr?.on('data', (chunk) => {
    journal += chunk;
  });
  t.teardown(async () => {
    watcher.kill('SIGKILL');
    await watcher;
  });
  return {
    journal: () => journal,
    says: (what: RegExp) =>
      until(`the watcher says ${what}; it has said:\n${journal}`, async () => what.test(journal)),
    async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM') {
      watcher.kill(signal);
      return await watcher;
    },
    ended: watcher,
  };
}

/** Waits until the state file is so. */
export function stateWhere(
  node: TestNode,
  condition: (state: WatcherState) => boolean,
): Promise<WatcherState> {
  return until('the state file is so', async () => {
    const state = await readState(node.root, node.node.instanceId);
    return state !== undefined && condition(state) && state;
  });
}

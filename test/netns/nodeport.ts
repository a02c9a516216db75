import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Test } from 'tap';
import type { NodePortSetup } from '../../agent/nodeport/setup.ts';
import { parseSetup } from '../../agent/nodeport/setup-file.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { group, type NodeOptions, subnets, type TestNode } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

/** eth1 in 10.0.4.0/24, with these entries of `nodePort`. */
export function withNodePort(...entries: object[]) {
  return {
    timeout: '20s',
    interfaces: [{ name: 'eth1', subnets: [subnets.a, subnets.elsewhere], securityGroups: [group] }],
    nodePort: entries.map((each) => ({ interface: 'eth1', ...each })),
  };
}

/** A node with these entries for its eth1. */
export async function nodePortNode(t: Test, entries: object[], options: NodeOptions = {}): Promise<TestNode> {
  const node = await nodeFor(t, { userData: withNodePort(...entries), ...options });
  const { attached } = node.hooks;
  // Other instances' devices are not in this namespace.
  node.hooks.attached = (eni, instance) =>
    instance.id === node.node.instanceId ? attached?.(eni, instance) : undefined;
  return node;
}

/** The addresses of a link of this namespace that are a host's alone, as NodePort addresses are. */
export async function carried(link = 'eth1'): Promise<string[]> {
  const { exitCode, stdout } = await execa('ip', ['-json', 'address', 'show', 'dev', link], {
    reject: false,
  });
  if (exitCode !== 0) {
    return [];
  }
  const [{ addr_info: addresses = [] } = {}]: { addr_info?: { local: string; prefixlen: number }[] }[] =
    JSON.parse(stdout);
  return addresses
    .filter(({ local, prefixlen }) => prefixlen === (local.includes(':') ? 128 : 32))
    .map(({ local }) => local)
    .sort();
}

/** All addresses of the node's eth1 in EC2. */
export function assigned(node: TestNode): string[] {
  return node.enis().flatMap(({ addresses, ipv6Addresses }) => [...addresses, ...ipv6Addresses]);
}

/** What `run` tells the watcher. */
export async function setupOf(node: TestNode): Promise<NodePortSetup | undefined> {
  const text = await readFile(join(node.root, 'run/multus-bootstrap/nodeport.json'), 'utf8').catch(() => '');
  return parseSetup(text);
}

/** What the node has noted that it was about to be assigned. */
export async function claimedBy(node: TestNode): Promise<string[]> {
  const path = join(node.root, 'var/lib/multus-bootstrap/nodeport-addresses.json');
  const text = await readFile(path, 'utf8').catch(() => '{"claims":[]}');
  const { claims }: { claims: { address: string }[] } = JSON.parse(text);
  return claims.map(({ address }) => address);
}

/** The calls that move addresses, each with what it names. */
export function moves(node: TestNode): string[] {
  return node.simulator.record
    .writes()
    .filter(({ action }) => /^(Una|A)ssign/.test(action))
    .map(({ action, params, answer }) => {
      const { PrivateIpAddress, Ipv6Addresses } = params;
      return `${action} ${JSON.stringify(PrivateIpAddress ?? Ipv6Addresses)}${answer?.code ? ` → ${answer.code}` : ''}`;
    });
}

/** The ENI as it is now. */
export function eniNow(node: TestNode, { id }: { id: string }): Eni {
  return node.simulator.world.store.eni(id);
}

/** Another's ENI that has these addresses as secondary ones, IPv4 or IPv6. */
export function holding(world: World, subnetId: string, ...addresses: string[]): Eni {
  return world.addEni({
    subnetId,
    secondary: addresses.filter((each) => !each.includes(':')),
    ipv6Addresses: addresses.filter((each) => each.includes(':')),
  });
}

/** The kernel and /run forget. */
export async function reboot({ root }: TestNode): Promise<void> {
  for (const address of await carried()) {
    await execa('ip', [
      'address',
      'del',
      address.includes(':') ? `${address}/128` : `${address}/32`,
      'dev',
      'eth1',
    ]);
  }
  for (const file of ['nodeport.json', 'go', 'result.json']) {
    await rm(join(root, 'run/multus-bootstrap', file), { force: true });
  }
}

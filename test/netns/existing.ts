import assert from 'node:assert/strict';
import type { Test } from 'tap';
import { structures } from '../simulator/api/params.ts';
import type { Call } from '../simulator/api/record.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { devices } from './devices.ts';
import { type NodeOptions, subnets, type TestNode, userData } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

/** What the ENIs made beforehand are selected by. */
export const selection = { multus: 'true', cluster: 'demo' };

export const noManage = { 'node.k8s.amazonaws.com/no_manage': 'true' };

/** An interface that takes one of them. */
export function claiming(name = 'eth1', more: object = {}, wait = '0s') {
  return { name, existing: { tags: selection, wait }, ...more };
}

/** An ENI that Terraform made. */
export function premade(world: World, more: Partial<Parameters<World['addEni']>[0]> = {}): Eni {
  const { tags, ...others } = more;
  return world.addEni({ subnetId: subnets.a, ...others, tags: { ...selection, Name: 'terraform', ...tags } });
}

/** A node with one interface that claims, and so many ENIs to claim. */
export async function claimingNode(
  t: Test,
  { count = 1, ...options }: NodeOptions & { count?: number } = {},
): Promise<{ node: TestNode; eni: Eni; made: Eni[] }> {
  const made: Eni[] = [];
  const node = await nodeFor(t, {
    userData: { interfaces: [claiming()] },
    ...options,
    world(world) {
      for (let index = 0; index < count; index += 1) {
        made.push(premade(world));
      }
      options.world?.(world);
    },
  });
  const { attached } = node.hooks;
  // Other instances' devices are not in this namespace.
  node.hooks.attached = (each, instance) =>
    instance.id === node.node.instanceId ? attached?.(each, instance) : undefined;
  const [eni] = made;
  assert(eni);
  return { node, eni, made };
}

/** The tags that a claim puts on an ENI, beside `no_manage`. */
export function claimTags(node: TestNode, name = 'eth1', cluster?: string): Record<string, string> {
  return {
    'multus-bootstrap.io/instance-id': node.node.instanceId,
    'multus-bootstrap.io/interface': name,
    'multus-bootstrap.io/existing': 'true',
    ...(cluster === undefined ? {} : { 'multus-bootstrap.io/cluster': cluster }),
  };
}

/** The ENI as it is now. */
export function now(node: TestNode, { id }: Pick<Eni, 'id'>): Eni {
  return node.simulator.world.store.eni(id);
}

/** What of an ENI is its maker's and none of ours. */
export function kept({ id, subnetId, addresses, ipv6Addresses, securityGroups, sourceDestCheck }: Eni) {
  return { id, subnetId, addresses, ipv6Addresses, securityGroups, sourceDestCheck };
}

/** The writes of the record, as `CreateTags eni-1`, by what they name. */
export function writes(node: TestNode): string[] {
  return node.simulator.record.writes().map(({ action, params }) => {
    const { NetworkInterfaceId, ResourceId, AttachmentId } = params;
    return `${action} ${[NetworkInterfaceId ?? ResourceId ?? AttachmentId].flat()}`;
  });
}

/** The tags that a CreateTags or DeleteTags names. */
export function tagsOf({ params }: Call): Record<string, unknown> {
  return Object.fromEntries(structures(params, 'Tag').map(({ Key = '', Value }) => [Key, Value]));
}

/** Checks that the interface's ENI is whole: attached, tagged, and its device there under its name, and up. */
export async function isWhole(t: Test, node: TestNode, name = 'eth1'): Promise<Eni | undefined> {
  const eni = node.enis().find((each) => each.tags['multus-bootstrap.io/interface'] === name);
  t.equal(eni?.attachment?.instanceId, node.node.instanceId, `${name}: attached to this instance`);
  t.match(eni?.tags, { ...noManage, ...claimTags(node, name) });
  const device = (await devices()).find((each) => each.name === name);
  t.match(device, { mac: eni?.mac, up: true }, `${name} is its device, and up`);
  return eni;
}

/** The ENIs that are attached to the node, but for the primary one. */
export function attachedTo(node: TestNode): Eni[] {
  return node.simulator.world.enis.filter(
    ({ id, attachment }) => attachment?.instanceId === node.node.instanceId && id !== node.node.primaryEni.id,
  );
}

/** Replaces the instance's user data, as a stop, a change and a start do. */
export function reconfigure({ simulator: { world }, node }: TestNode, spec: object): void {
  const instance = world.instance(node.instanceId);
  world.instances.set(instance.id, { ...instance, userData: Buffer.from(userData(spec)) });
}

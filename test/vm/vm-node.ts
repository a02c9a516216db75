import { execa } from 'execa';
import type { Test } from 'tap';
import { enterNamespace } from '../netns/namespace.ts';
import { type NodeOptions, startNode, type TestNode } from '../netns/simulated-node.ts';
import type { Eni } from '../simulator/model/records.ts';
import { type BaseDisk, baseDisk } from './base-disk.ts';
import { Vm } from './vm.ts';

/** As `enterNamespace`; IMDS and EC2 are then where guest/etc says. */
export async function enterVmNamespace(url: string): Promise<void> {
  await enterNamespace(url);
  await execa('ip', ['address', 'add', `${linkLocal}/32`, 'dev', 'lo']);
}

const linkLocal = '169.254.169.254';

/** A simulated instance whose machine is a VM. */
export interface VmNode extends TestNode {
  vm: Vm;
  /** Stops the instance: the VM shuts down, its ENIs stay attached. */
  stopInstance(): Promise<void>;
  /** Starts the instance again. */
  startInstance(): Promise<void>;
}

/**
 * Makes an instance whose VM is still off: `vm.start()` boots it. It goes with the test.
 *
 * @param image what it boots from, where it is another than `baseDisk` makes
 */
export async function makeVmNode(t: Test, options: NodeOptions = {}, image?: BaseDisk): Promise<VmNode> {
  const disk = image ?? (await baseDisk());
  const node = await startNode({
    ...options,
    imds: { host: linkLocal, port: 80 },
    simulator: { ...options.simulator, host: linkLocal, port: 8080 },
  });
  t.teardown(() => node.close());
  const { world } = node.simulator;
  const { instanceId } = node.node;
  const devices = (): Eni[] =>
    world.store.attachedEnis(instanceId).filter(({ attachment }) => attachment?.device);
  const vm = await Vm.make(disk, devices);
  t.teardown(() => vm.remove());
  node.hooks.attached = () => vm.matchDevices();
  node.hooks.detached = () => vm.matchDevices();
  return {
    ...node,
    vm,
    async stopInstance() {
      await vm.stop();
      world.stop(instanceId);
    },
    async startInstance() {
      world.start(instanceId);
      await vm.start();
    },
  };
}

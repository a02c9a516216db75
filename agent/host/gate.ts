import { readIfPresent, removeFile, writeAtomically } from './files.ts';
import { ownerComment } from './owner.ts';
import { paths } from './paths.ts';
import { gatedUnits } from './units.ts';

/** Lets kubelet start: nodeadm-run.service and kubelet.service assert that this file exists. */
export async function openGate(root: string, instanceId: string): Promise<void> {
  await writeAtomically(paths(root).go, ownerComment(instanceId));
}

/** Holds kubelet back until the gate is opened again. */
export async function closeGate(root: string): Promise<void> {
  await removeFile(paths(root).go);
}

/** Whether systemd would let kubelet start. Throws a `Failure` (9) if the file cannot be read. */
export async function gateIsOpen(root: string): Promise<boolean> {
  return (await readIfPresent(paths(root).go)) !== undefined;
}

/**
 * Whether kubelet has run since the boot: then the gate stays as it is, or a restart of kubelet would find it
 * closed.
 */
export async function kubeletHasStarted(root: string): Promise<boolean> {
  return (await gatedUnits(root)).kubeletHasStarted;
}

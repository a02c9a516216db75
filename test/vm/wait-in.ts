import assert from 'node:assert/strict';
import type { Vm } from './vm.ts';

/** A boot, and what the agent waits for in it. */
const boundMs = 600_000;

/** Waits in the VM, which is cheaper than to ask again and again, until a shell command succeeds there. */
export async function untilInVm(vm: Vm, condition: string): Promise<void> {
  const { exitCode } = await vm.exec(['sh', '-c', `until ${condition}; do sleep 0.3; done`], { boundMs });
  assert.equal(exitCode, 0, condition);
}

import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Vm } from './vm.ts';
import { untilInVm } from './wait-in.ts';

const path = '/var/log/kubelet-starts.jsonl';

const link = z.object({
  name: z.string(),
  mac: z.string(),
  mtu: z.number(),
  up: z.boolean(),
  addresses: z.array(z.string()),
});
const start = z.object({
  /** In s, on the journal's clock. */
  monotonic: z.number(),
  labels: z.record(z.string(), z.string()).nullable(),
  taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() })).nullable(),
  /** As they were when it started. */
  links: z.array(link),
});
export type KubeletStart = z.infer<typeof start>;

/** How kubelet was started in this boot; waits until it is. */
export async function kubeletStart(vm: Vm): Promise<KubeletStart> {
  await untilInVm(vm, `grep -q "$(cat /proc/sys/kernel/random/boot_id)" ${path}`);
  const last = (await vm.readFile(path)).trimEnd().split('\n').at(-1);
  assert(last !== undefined);
  return start.parse(JSON.parse(last));
}

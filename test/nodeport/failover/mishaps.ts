import { setTimeout as delay } from 'node:timers/promises';
import { type Scene, within } from './scene.ts';
import { pace } from './vpc.ts';

/** The partition is over, and the node that held the address knows that it does not. */
export async function healed({ cuts, holder }: Scene): Promise<void> {
  await Promise.all([holder.node.primary, holder.node.eth1].map(({ port }) => cuts.heal(port)));
  await within(90_000, 'the former holder knows that it holds nothing', async () => {
    const [state] = (await holder.state())?.addresses ?? [];
    return state?.role === 'candidate';
  });
}

const reads = ['DescribeInstances', 'DescribeNetworkInterfaces'];

/** Of the calls of each action a watcher makes, every fourth gets through. */
export function throttleAll(vpc: Scene['vpc']): void {
  for (const action of [...reads, ...Object.keys(pace.latencies).filter((each) => each !== '*')]) {
    throttle(vpc, action);
  }
}

/** The account's other callers leave its bucket nearly empty. */
function throttle({ simulator }: Scene['vpc'], action: string): void {
  let calls = 0;
  const isEmpty = () => {
    calls += 1;
    return calls % 4 !== 0;
  };
  const error = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  simulator.faults.add({ action, times: Number.POSITIVE_INFINITY, match: isEmpty, kind: { error } });
}

/** For so many ms EC2 does not answer. */
export async function withoutEc2(cuts: Scene['cuts'], ms: number): Promise<void> {
  await cuts.setEc2(false);
  await delay(ms);
  await cuts.setEc2(true);
}

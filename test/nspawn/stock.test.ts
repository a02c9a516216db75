/** A node without any configuration of ours is as one of the stock AMI. */
import t, { type Test } from 'tap';
import { agentEnds, type Bench, boot, type KubeletStart, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';

await enterBench(import.meta.url);

const seen: object[] = [];

t.test('a stock AMI', async (t) => {
  seen.push(await kubeletOf(t, true));
});

t.test('with multus-bootstrap, but no configuration, kubelet starts with the same', async (t) => {
  seen.push(await kubeletOf(t, false));
  t.same(seen[1], seen[0]);
});

/** Also tells, as a comment, what the boot waited for. */
async function kubeletOf(t: Test, isStock: boolean): Promise<object> {
  const bench = await boot(t, { isStock });
  const kubelet = await runningKubelet(bench);
  await bench.run('systemctl', 'is-system-running', '--wait');
  if (!isStock) {
    t.comment(`the agent ended ${await lead(bench)} ms before cloud-init`);
  }
  const { output } = await bench.run(
    'systemd-analyze',
    'critical-chain',
    '--no-pager',
    'nodeadm-run.service',
  );
  for (const line of output.split('\n').slice(0, 8)) {
    t.comment(line);
  }
  return whatever(kubelet);
}

/** All that does not differ from boot to boot. */
function whatever({ args, labels, taints, links }: KubeletStart): object {
  return { args: args.toSorted(), labels, taints, links: links.map(({ name }) => name) };
}

async function lead(bench: Bench): Promise<string> {
  const [end] = await agentEnds(bench);
  const { ExecMainExitTimestampMonotonic } = await bench.unit('cloud-final');
  return (ExecMainExitTimestampMonotonic / 1000 - (end?.monotonic ?? 0) * 1000).toFixed(0);
}

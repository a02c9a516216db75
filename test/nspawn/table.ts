import t, { type Test } from 'tap';
import { ExitCode } from '../../agent/failure.ts';
import {
  agentEnds,
  agentHasEnded,
  type Bench,
  boot,
  isTurnedAway,
  type KubeletStart,
  runningKubelet,
} from './bench.ts';
import { type Case, casesOf } from './cases.ts';
import { enterBench } from './enter.ts';
import { addRow } from './matrix.ts';
import type { Mend, TroubleName } from './troubles.ts';
import { agentMayStart } from './user-data.ts';

/** Boots a machine for each case of one trouble, and looks at what comes of it. */
export async function testTable(url: string, trouble: TroubleName): Promise<void> {
  await enterBench(url);
  for (const each of casesOf(trouble)) {
    await t.test(each.title, async (t) => {
      const seen = await testCase(t, each);
      t.comment(seen);
      await addRow({ ...each, trouble, seen: t.passing() ? seen : `${seen} WRONG` });
    });
  }
}

/** Answers what became of kubelet. */
async function testCase(t: Test, each: Case): Promise<string> {
  const { bench, mend } = await bootCase(t, each);
  if (each.fate === 'held') {
    await isHeld(t, bench, each);
    await isInTime(t, bench, each);
    await mend(bench);
    await recoversByHand(t, bench, each);
    return 'held';
  }
  const kubelet = await runningKubelet(bench);
  const ends = (await agentEnds(bench)).filter(({ monotonic }) => monotonic <= kubelet.monotonic);
  const isFailure = each.trouble.policyDecides;
  t.equal(ends.at(-1)?.result, isFailure ? 'failed' : 'done', 'kubelet starts once the agent has ended so');
  t.equal(ends[0]?.result, isFailure || each.trouble.exitCode === undefined ? 'failed' : 'done');
  isAsTold(t, kubelet, each);
  await isInTime(t, bench, each);
  // nodeadm-run comes behind the user data; while it is queued, a run gives way.
  await bench.run('systemctl', 'is-system-running', '--wait');
  await tellsWhy(t, bench, each);
  await restartsDisturbNothing(t, bench, kubelet);
  if (each.trouble.policyDecides) {
    await mend(bench);
    t.equal(
      (await bench.run('systemctl', 'restart', 'multus-bootstrap')).exitCode,
      0,
      'once mended, it succeeds',
    );
  }
  const waited = kubelet.monotonic - (ends.at(-1)?.monotonic ?? 0);
  return `${each.fate} +${(waited * 1000).toFixed(0)} ms`;
}

async function bootCase(t: Test, each: Case): Promise<{ bench: Bench; mend: Mend }> {
  const { trouble, failurePolicy, starter, order } = each;
  let mend: Mend = async () => undefined;
  const bench: Bench = await boot(t, {
    spec: trouble.spec && { ...trouble.spec, failurePolicy },
    starter,
    order,
    files: { ...trouble.files, ...(order === 'cloud-init first' ? holdAgent : {}) },
    arrange: (node) => {
      mend = trouble.arrange?.(node, () => bench) ?? mend;
    },
  });
  return { bench, mend };
}

/** Before its work, not within its deadline. */
const holdAgent = {
  '/etc/systemd/system/multus-bootstrap.service.d/60-order.conf': `[Service]\nExecStartPre=/bin/sh -c 'until [ -e /run/cloud-init/result.json ] || [ -e ${agentMayStart} ]; do sleep 0.05; done'\n`,
};

async function isHeld(t: Test, bench: Bench, each: Case): Promise<void> {
  const agent = await agentHasEnded(bench);
  t.match(agent, { ActiveState: 'failed', ExecMainStatus: each.trouble.exitCode });
  await isTurnedAway(bench, each.starter === 'nodeadm-run' ? 'nodeadm-run' : 'kubelet');
  t.same(await bench.kubeletStarts(), [], 'kubelet has never started');
  t.equal(await bench.read('/run/multus-bootstrap/go'), undefined, 'the gate is closed');
  await tellsWhy(t, bench, each);
  const turnedAway = each.starter === 'nodeadm-run' ? 'nodeadm-run' : 'kubelet';
  const { output } = await bench.run('systemctl', 'status', '--no-pager', turnedAway);
  t.match(
    output,
    'AssertPathExists=/run/multus-bootstrap/go was not met',
    'systemctl status says by what it is held',
  );
}

/** A run that its deadline ends is over then, but for the time that it took to start and to give up. */
async function isInTime(t: Test, bench: Bench, { trouble }: Case): Promise<void> {
  if (trouble.exitCode === ExitCode.deadline) {
    const { ms } = JSON.parse((await bench.read('/run/multus-bootstrap/result.json')) ?? '{}');
    t.ok(ms >= 8_000 && ms < 13_000, 'within the deadline of 8 s', { ms });
  }
}

/** The reason is where people look: in the journal, in `systemctl status`, on the console. */
async function tellsWhy(t: Test, bench: Bench, { trouble, fate }: Case): Promise<void> {
  const { why, isTold, exitCode = 0 } = trouble;
  const { output } = await bench.run('systemctl', 'status', '--no-pager', '--full', 'multus-bootstrap');
  t.match(await bench.journal(), why, 'the journal tells the reason');
  t.match(
    output,
    exitCode === 0 ? 'active (exited)' : `status=${exitCode}`,
    'systemctl status tells the end',
  );
  for (const [place, text] of Object.entries({ status: output, console: bench.console() })) {
    if (isTold) {
      t.match(text, why, `${place}: the reason`);
    }
    if (isTold && fate === 'held') {
      t.match(text, `kubelet is held back (exit code ${exitCode})`, `${place}: what comes of it`);
    }
  }
}

/** Labels and taint, as the network is. */
function isAsTold(t: Test, { taints, labels, links }: KubeletStart, { trouble, fate }: Case): void {
  const isWhole = trouble.spec !== undefined && !trouble.policyDecides;
  t.same(
    taints ?? [],
    fate === 'tainted' ? [{ key: 'multus-bootstrap.io/not-ready', effect: 'NoSchedule' }] : [],
    'taints',
  );
  const ready = isWhole ? 'true' : undefined;
  t.equal(labels?.['multus-bootstrap.io/ready'], ready, 'the label of a whole network');
  t.equal(
    links.some(({ name, up }) => name === 'eth1' && up),
    isWhole,
    'the interface',
  );
}

/** Neither a restart of kubelet nor its death nor a restart of the agent keeps the node from being as it is. */
async function restartsDisturbNothing(t: Test, bench: Bench, first: KubeletStart): Promise<void> {
  const runs = await runsOf(bench);
  t.equal((await bench.run('systemctl', 'restart', 'kubelet')).exitCode, 0, 'kubelet is restarted');
  const second = await runningKubelet(bench, 1);
  t.not(second.pid, first.pid);
  await bench.run('systemctl', 'kill', '--signal=KILL', 'kubelet');
  const third = await runningKubelet(bench, 2);
  t.equal(await runsOf(bench), runs, 'kubelet did not wait for another run');
  await bench.run('systemctl', 'restart', 'multus-bootstrap');
  t.equal(await runsOf(bench), runs + 1, 'the agent, restarted, runs');
  t.equal((await runningKubelet(bench)).pid, third.pid, 'which leaves kubelet alone');
  t.type(await bench.read('/run/multus-bootstrap/go'), 'string', 'the gate stays open');
}

async function recoversByHand(t: Test, bench: Bench, each: Case): Promise<void> {
  const commands = 'systemctl restart multus-bootstrap && systemctl start nodeadm-run';
  t.equal((await bench.run('timeout', '20', 'sh', '-c', commands)).exitCode, 0, 'the two commands succeed');
  const kubelet = await runningKubelet(bench);
  const { output } = await bench.run('journalctl', '--unit=nodeadm-config', '--output=cat', '--no-pager');
  t.equal(
    output.match(/^Starting nodeadm-config/gm)?.length,
    1,
    'nodeadm-config does not write beside nodeadm-run',
  );
  const mended: Case = { ...each, fate: 'started', trouble: { ...each.trouble, policyDecides: false } };
  isAsTold(t, kubelet, mended);
}

async function runsOf(bench: Bench): Promise<number> {
  return (await bench.journal()).match(/^multus-bootstrap \S+ on i-/gm)?.length ?? 0;
}

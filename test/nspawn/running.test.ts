/** A node that has joined: what fails later does not take kubelet away. */
import t from 'tap';
import { agentHasEnded, boot, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';
import { troubles } from './troubles.ts';

await enterBench(import.meta.url);

t.test(
  'a later run that fails under Block leaves the gate open, even while kubelet is stopped',
  async (t) => {
    let isHung = false;
    const bench = await boot(t, {
      spec: troubles['hung EC2'].spec,
      arrange: ({ simulator: { faults } }) =>
        faults.add({
          action: 'DescribeSubnets',
          times: Number.POSITIVE_INFINITY,
          match: () => isHung,
          kind: 'hang',
        }),
    });
    const first = await runningKubelet(bench);
    await bench.run('systemctl', 'is-system-running', '--wait');
    isHung = true;

    t.not((await bench.run('systemctl', 'restart', 'multus-bootstrap')).exitCode, 0);
    t.match(await agentHasEnded(bench), { ActiveState: 'failed', ExecMainStatus: 7 });
    t.match(await bench.journal(), 'kubelet is left as it is, since it has run before (exit code 7)');
    t.equal((await runningKubelet(bench)).pid, first.pid, 'kubelet goes on');

    // systemd forgets a stopped unit that no other names, and with it that kubelet has run.
    await bench.run('systemctl', 'stop', 'kubelet');
    await bench.run('systemctl', 'restart', 'multus-bootstrap');
    t.type(await bench.read('/run/multus-bootstrap/go'), 'string', 'the gate is open');
    t.equal((await bench.run('systemctl', 'start', 'kubelet')).exitCode, 0);
    await runningKubelet(bench, 1);
  },
);

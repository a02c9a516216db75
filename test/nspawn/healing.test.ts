/** Failures that time heals are tried again by the unit itself, the others wait for someone. */
import t from 'tap';
import { eth1 } from '../netns/trouble.ts';
import { agentHasEnded, type Bench, boot, isTurnedAway, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';
import { type Trouble, troubles } from './troubles.ts';

await enterBench(import.meta.url);

/** Nobody listens there. */
const nowhere = 'AWS_ENDPOINT_URL_EC2=http://127.0.0.1:9\n';
const unreachable: Pick<Trouble, 'spec' | 'arrange' | 'files'> = {
  spec: eth1({}, '5s'),
  files: { '/etc/multus-bootstrap/environment': nowhere },
  arrange:
    ({ simulator }) =>
    (bench) =>
      bench.write('/etc/multus-bootstrap/environment', `AWS_ENDPOINT_URL_EC2=${simulator.ec2Url}\n`),
};

/** The first pause is 30 to 60 s, which a drop-in may change as any unit's. */
const soon = {
  '/etc/systemd/system/multus-bootstrap.timer.d/50-bench.conf':
    '[Timer]\nOnActiveSec=\nOnActiveSec=1s\nRandomizedDelaySec=0\n',
};

const healing: [number, Pick<Trouble, 'spec' | 'arrange' | 'files'>][] = [
  [5, troubles['full subnet']],
  [7, troubles.deadline],
  [8, unreachable],
];

for (const [exitCode, { spec, arrange, files }] of healing) {
  t.test(`exit code ${exitCode} is tried again until it succeeds`, async (t) => {
    let mend = async (_: Bench): Promise<void> => undefined;
    const bench: Bench = await boot(t, {
      spec,
      files: { ...soon, ...files },
      arrange: (node) => {
        mend = arrange?.(node, () => bench) ?? mend;
      },
    });
    await isTurnedAway(bench, 'nodeadm-run');
    t.match(
      await bench.journal(),
      `kubelet is held back (exit code ${exitCode}); failure 1 in a row, the unit tries again in 30 to 60 s`,
    );
    await mend(bench);
    const kubelet = await runningKubelet(bench);
    t.same(kubelet.taints ?? [], []);
    t.equal(kubelet.labels?.['multus-bootstrap.io/ready'], 'true');
    t.match(await bench.journal(), 'started nodeadm-run, which had found the gate closed');
    t.match(await bench.unit('multus-bootstrap'), { ActiveState: 'active' });
    const { output } = await bench.run('systemctl', 'list-timers', '--no-legend', 'multus-bootstrap.timer');
    t.notMatch(output, 'left', 'no further start is planned');
  });
}

t.test('the timer waits as long as the journal says', async (t) => {
  const { spec, arrange } = troubles['full subnet'];
  const bench: Bench = await boot(t, { spec, arrange: (node) => void arrange(node) });
  await isTurnedAway(bench, 'nodeadm-run');
  t.equal(await timerState(bench), 'active');
  const { output } = await bench.run('systemctl', 'show', 'multus-bootstrap.timer');
  t.match(output, /TimersMonotonic=\{ OnActiveUSec=30s /);
  t.match(output, 'RandomizedDelayUSec=30s');
  t.match(output, 'Unit=multus-bootstrap.service');
});

const tooMany = ['eth1', 'eth2', 'eth3', 'eth4'].flatMap((name) =>
  eth1().interfaces.map((each) => ({ ...each, name })),
);
const final: [number, object, Trouble['arrange']?][] = [
  [3, eth1({ subnets: ['subnet-0000dead'] }, '1m')],
  [4, troubles['denied permission'].spec, troubles['denied permission'].arrange],
  [6, { timeout: '1m', interfaces: tooMany }],
];

for (const [exitCode, spec, arrange] of final) {
  t.test(`exit code ${exitCode} waits for someone`, async (t) => {
    const bench: Bench = await boot(t, {
      spec,
      files: soon,
      arrange: (node) => void arrange?.(node, () => bench),
    });
    t.match(await agentHasEnded(bench), { ActiveState: 'failed', ExecMainStatus: exitCode });
    await isTurnedAway(bench, 'nodeadm-run');
    t.equal(await timerState(bench), 'inactive');
    t.match(await bench.journal(), /systemctl restart multus-bootstrap && systemctl start nodeadm-run$/m);
    t.same(await bench.kubeletStarts(), []);
  });
}

async function timerState(bench: Bench): Promise<string> {
  return (await bench.run('systemctl', 'is-active', 'multus-bootstrap.timer')).output;
}

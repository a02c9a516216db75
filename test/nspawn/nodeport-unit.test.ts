/** The unit of the NodePort watcher, with something in the watcher's place that tells what the unit lets it do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Bench, boot, runningKubelet, tellMore } from './bench.ts';
import { enterBench } from './enter.ts';
import { waitFor } from './wait.ts';

await enterBench(import.meta.url);

const unit = 'multus-bootstrap-nodeport';

const mayWrite = ['/run/multus-bootstrap', '/tmp'];
const mayNot = [
  '/etc',
  '/etc/multus-bootstrap',
  '/etc/systemd/network',
  '/etc/eks',
  '/home',
  '/root',
  '/usr/bin',
  '/usr/libexec/multus-bootstrap',
  '/var/lib',
  '/var/lib/kubelet',
  '/var/lib/multus-bootstrap',
  '/var/log',
];

/** What the watcher has to be able to do. */
const can: [string, string][] = [
  ['probe by ICMP', 'ping -n -c 1 -W 2 127.0.0.1'],
  ['probe by ICMP, over a link', 'ping -n -c 1 -W 2 -I lo 127.0.0.1'],
  [
    'announce an address of its own',
    'ip address add 10.0.0.9/32 dev ens5 && arping -c 1 -w 1 -A -I ens5 10.0.0.9',
  ],
  ['change a neighbour', 'ip neigh replace 10.0.0.77 dev ens5 lladdr 02:00:00:00:00:77 nud stale'],
  ['see addresses and rules', 'ip address && ip rule && ip route show table all'],
  [
    'see and change the rules of nft',
    'nft add table inet nodeport_probe && nft delete table inet nodeport_probe',
  ],
  ['read what kubelet is told of the cluster', 'grep -q clusters /var/lib/kubelet/kubeconfig'],
  ['run programs in Go, as the one that gets a token for the cluster', 'nodeadm --help'],
  ['see whether a link has a carrier', 'grep -q 1 /sys/class/net/ens5/carrier'],
];

t.test('its sandbox', async (t) => {
  const tell = [
    `for folder in ${[...mayWrite, ...mayNot].join(' ')}; do touch $folder/probe 2>/dev/null && echo may write $folder; done`,
    'grep CapEff /proc/self/status',
    ...can.map(([what, command]) => `if ( ${command} ) 2>&1; then echo can ${what}; fi`),
    'echo all is told',
    'exec sleep infinity',
  ];
  const bench = await boot(t, {
    files: {
      ...inItsPlace(tell.join('\n')),
      '/var/lib/kubelet/kubeconfig': 'clusters: []\n',
    },
  });
  await start(bench);
  const told = await waitFor('the probe to come to its end', async () => {
    const journal = await journalOf(bench);
    return journal.includes('all is told') ? journal : undefined;
  }).catch((error: Error) => tellMore(bench, error));
  t.same(
    [...told.matchAll(/^may write (.*)$/gm)].map(([, folder]) => folder),
    mayWrite,
  );
  t.match(told, 'CapEff:\t0000000000003000', 'of all capabilities it has CAP_NET_ADMIN and CAP_NET_RAW');
  t.same(
    [...told.matchAll(/^can (.*)$/gm)].map(([, what]) => what),
    can.map(([what]) => what),
    'and can do what it has to',
    { told },
  );
});

/** With a ping as the watcher has them; when it is to hand over, it tells what is still there. */
const standIn = `#!/bin/bash
ping -n -q 127.0.0.1 >/dev/null & ping=$!
hand_over() {
  # Whoever was to be stopped at the same time is gone by then.
  sleep 1
  systemctl is-active kubelet containerd systemd-networkd network.target | tr '\\n' ' ' >/var/lib/stand-in/handed-over
  kill -0 $ping && ping -n -c 1 -W 2 -I ens5 "$(ip -4 -o address show ens5 | sed 's|.*inet \\(.*\\)/.*|\\1|')" >/dev/null &&
    echo reachable >>/var/lib/stand-in/handed-over
  exit 0
}
trap hand_over TERM
while :; do sleep infinity & wait $!; done
`;

t.test('killed, it is started again, and leaves no ping behind', async (t) => {
  const bench = await boot(t, { files: inItsPlace(standIn) });
  await start(bench);
  const [main, ping] = await waitFor('the stand-in to ping', () => processes(bench));
  await bench.run('systemctl', 'kill', '--kill-whom=main', '--signal=KILL', unit);
  const [nextMain, nextPing] = await waitFor('another to ping', async () => {
    const next = await processes(bench);
    return next?.[0] === main ? undefined : next;
  });
  t.not(nextPing, ping);
  t.not((await bench.run('kill', '-0', ping)).exitCode, 0, 'the first ping is gone');
  const { output } = await bench.run('systemctl', 'show', '--property=NRestarts,RestartUSec', unit);
  t.match(output, 'NRestarts=1');
  t.match(output, 'RestartUSec=1s');

  for (let times = 0; times < 6; times += 1) {
    await bench.run('systemctl', 'kill', '--kill-whom=main', '--signal=KILL', unit);
    await waitFor('it to be down', async () =>
      (await bench.unit(unit)).SubState === 'running' ? undefined : true,
    );
    await waitFor('it to be back', async () =>
      (await bench.unit(unit)).SubState === 'running' ? true : undefined,
    );
  }
  t.not((await bench.unit(unit)).MainPID, nextMain, 'and again, as often as it takes');
});

t.test('restarts of the agent, of kubelet and of containerd leave it alone', async (t) => {
  const bench = await boot(t, { files: inItsPlace(standIn) });
  await start(bench);
  const { MainPID } = await bench.unit(unit);
  for (const other of ['multus-bootstrap', 'containerd', 'kubelet']) {
    await bench.run('systemctl', 'restart', other);
    t.equal((await bench.unit(unit)).MainPID, MainPID, other);
  }
});

t.test('without a setup there is nothing to start', async (t) => {
  const bench = await boot(t, { files: inItsPlace(standIn) });
  await runningKubelet(bench);
  t.equal((await bench.run('systemctl', 'start', unit)).exitCode, 0, 'which is no failure');
  t.match(await bench.unit(unit), { ActiveState: 'inactive', ExecMainStartTimestampMonotonic: 0 });
});

t.test('at shutdown it is the first to be stopped', async (t) => {
  const bench = await boot(t, { files: inItsPlace(standIn, 'StateDirectory=stand-in\n') });
  await start(bench);
  await waitFor('the stand-in to ping', () => processes(bench));
  const told = join(bench.tree, 'var/lib/stand-in/handed-over');
  await bench.run('systemctl', '--no-block', 'poweroff');
  await waitFor('the machine to be off', async () => (bench.isOn() ? undefined : true), 60_000);
  t.equal(await readFile(told, 'utf8'), 'active active active active reachable\n');
});

/** The ids of the stand-in and of its ping, once there are both. */
async function processes(bench: Bench): Promise<[number, string] | undefined> {
  const { MainPID } = await bench.unit(unit);
  const { exitCode, output } = await bench.run('pgrep', '--parent', String(MainPID), 'ping');
  return exitCode === 0 ? [MainPID, output.trim()] : undefined;
}

/** Files by which a script runs in the watcher's place, with further settings of its unit. */
function inItsPlace(script: string, settings = ''): Record<string, string> {
  return {
    [`/etc/systemd/system/${unit}.service.d/60-stand-in.conf`]: `[Service]\nExecStart=\nExecStart=/bin/bash /usr/lib/stand-in\n${settings}`,
    '/usr/lib/stand-in': script,
  };
}

/** As `run` does, on a node that has joined. */
async function start(bench: Bench): Promise<void> {
  await runningKubelet(bench);
  await bench.write('/run/multus-bootstrap/nodeport.json', '{}');
  await bench.run('systemctl', 'start', unit);
}

async function journalOf(bench: Bench): Promise<string> {
  return (await bench.run('journalctl', `--unit=${unit}`, '--output=cat', '--no-pager')).output;
}

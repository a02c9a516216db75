import packageJson from '../../../package.json' with { type: 'json' };
import type { Ec2Connection } from '../../ec2/ec2.ts';
import { ExitCode, Failure, messageOf } from '../../failure.ts';
import { floatingLinks } from '../../nodeport/floating.ts';
import { createWatchNode } from '../../nodeport/node/watch-node.ts';
import type { WatchContext } from '../../nodeport/ports.ts';
import type { NodePortSetup } from '../../nodeport/setup.ts';
import { readState, writeState } from '../../nodeport/state-file.ts';
import { createStateKeeper } from '../../nodeport/state-keeper.ts';
import { watch } from '../../nodeport/watch.ts';
import { nodePortMetrics } from '../../report/node-port-metrics.ts';
import { exposition } from '../../report/prometheus.ts';
import type { Shell } from '../shell.ts';
import { keepRight, noLook, setRight } from './keep-right.ts';
import { serveMetrics } from './metrics-server.ts';
import { endsInTime } from './stop.ts';

/** How long handing over may take, until the VPC delivers elsewhere: EC2 may not answer, and the node is on its way down. */
const handOverMs = 11_000;

/** Watches over the addresses of one setup until the signal aborts, or a run changes the setup. */
export async function watchOver(
  shell: Shell,
  ec2: Ec2Connection,
  setup: NodePortSetup,
  stop: AbortSignal,
): Promise<void> {
  const { root, imds, clock, random, log } = shell;
  const { instanceId, metricsPort } = setup;
  const first = await setRight(shell, setup, noLook, stop);
  if (first.hasChanged) {
    return;
  }
  const changed = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([stop, changed.signal, over.signal]);
  const keeper = createStateKeeper(clock, (addresses) =>
    writeState(root, { instanceId, writtenAt: new Date().toISOString(), addresses }).catch((error: unknown) =>
      log.warn(messageOf(error)),
    ),
  );
  const past = await readState(root, instanceId).catch((error: unknown) => void log.warn(messageOf(error)));
  const context: WatchContext = {
    ec2,
    imds,
    // Not until it is told to stop: whom the addresses are handed over to is probed after that.
    node: createWatchNode({ ...shell, signal: over.signal }),
    clock,
    wallClock: Date.now,
    random,
    log,
    instanceId,
    past: (address) => past?.addresses.find((each) => each.address === address),
    tell: keeper.tell,
  };
  keepRight(shell, setup, first, signal).then(
    () => changed.abort(),
    () => undefined,
  );
  if (metricsPort !== undefined) {
    const { version } = packageJson;
    const { moves } = keeper;
    const metrics = () =>
      exposition(nodePortMetrics({ version, states: keeper.states(), moves, ec2Calls: ec2.calls() }));
    void serveMetrics(shell, metricsPort, metrics, over.signal);
  }
  // Of a setup that has changed, the next watcher holds what this one held.
  const watching = watch(context, floatingLinks(setup), signal, () => stop.aborted);
  try {
    if (!(await endsInTime(clock, watching, signal, handOverMs))) {
      throw new Failure(
        ExitCode.deadline,
        `could not hand over within ${handOverMs / 1000} s; the other nodes take over what this one held`,
      );
    }
  } finally {
    over.abort();
    await keeper.finish();
  }
}

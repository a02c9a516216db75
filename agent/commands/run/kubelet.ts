import { hostname } from 'node:os';
import { referencesIn, resolveLabels } from '../../config/labels.ts';
import type { Config } from '../../config/load.ts';
import { ExitCode, Failure } from '../../failure.ts';
import { openGate } from '../../host/gate.ts';
import type { Identity } from '../../imds/port.ts';
import { carriesTaint, planDropIn, writeDropIn } from '../../kubelet/drop-in.ts';
import { readNodeConfigDropIns } from '../../kubelet/node-config.ts';
import { findNodeadm } from '../../kubelet/nodeadm.ts';
import { ourTaint, taintRemoval } from '../../kubelet/taints.ts';
import { group } from '../../plan/tags.ts';
import type { Shell } from '../shell.ts';
import type { KubeletContext } from './context.ts';
import { type Progress, warn } from './progress.ts';
import { interfaceResult, labelValues } from './summary.ts';

/**
 * Makes sure, before anything is changed, that kubelet can be handed what it is to get. Throws a `Failure`: no
 * nodeadm (9), or a drop-in of the user's by which our taint would be lost (3).
 */
export async function prepareKubelet(
  root: string,
  identity: Identity,
  loaded: Config,
): Promise<KubeletContext> {
  await findNodeadm(root);
  const userData = loaded.nodeConfigs.map(({ source, document }) => ({
    name: source,
    afterOurs: false,
    document,
  }));
  const kubelet = {
    identity,
    config: loaded.config,
    nodeConfigs: [...userData, ...(await readNodeConfigDropIns(root))],
    cardEnis: undefined,
  };
  if (loaded.config.failurePolicy === 'Taint') {
    dropIn(kubelet, {}, true);
  }
  return kubelet;
}

/** Labels for kubelet, then the gate: from here on kubelet may start. */
export async function letReadyNodeJoin(
  { root, log }: Shell,
  progress: Progress,
  kubelet: KubeletContext,
): Promise<void> {
  const labels = resolveLabels(kubelet.config.labels, valuesFor(kubelet, progress));
  progress.labels = { ...labels, [`${group}/ready`]: 'true' };
  const plan = dropIn(kubelet, progress.labels, false);
  warn(log, progress, plan.warnings);
  if (await carriesTaint(root)) {
    warn(log, progress, [
      `an earlier run let this node join with the taint ${ourTaint}; ${taintRemoval(hostname())}`,
    ]);
  }
  await writeDropIn(root, kubelet.identity.instanceId, plan);
  await openGate(root, kubelet.identity.instanceId);
  progress.joined = true;
}

/**
 * Lets a node join whose run has failed, as its failurePolicy says: with our taint, or without. Its labels are
 * those whose values need no interface that is missing.
 */
export async function letFailedNodeJoin(
  { root, log }: Shell,
  progress: Progress,
  kubelet: KubeletContext,
): Promise<void> {
  const values = valuesFor(kubelet, progress);
  const resolvable = Object.entries(kubelet.config.labels).filter(([, template]) =>
    referencesIn(template).every((reference) => reference in values),
  );
  progress.labels = resolveLabels(Object.fromEntries(resolvable), values);
  const taint = kubelet.config.failurePolicy === 'Taint';
  const plan = dropIn(kubelet, progress.labels, taint);
  warn(log, progress, plan.warnings);
  if (taint) {
    warn(log, progress, [`this node joins with the taint ${ourTaint}; ${taintRemoval(hostname())}`]);
  }
  await writeDropIn(root, kubelet.identity.instanceId, plan);
  await openGate(root, kubelet.identity.instanceId);
}

function valuesFor({ config, identity }: KubeletContext, { ready }: Progress): Record<string, string> {
  return labelValues(config, identity, ready.map(interfaceResult));
}

function dropIn(kubelet: KubeletContext, labels: Readonly<Record<string, string>>, taint: boolean) {
  const { config, identity, nodeConfigs, cardEnis } = kubelet;
  const plan = planDropIn({
    instanceId: identity.instanceId,
    labels,
    taint,
    maxPods: config.maxPods,
    multusEnis: config.interfaces.filter(({ networkCard }) => networkCard === 0).length,
    cardEnis: cardEnis ?? Number.POSITIVE_INFINITY,
    nodeConfigs,
  });
  if (plan.problems.length > 0) {
    throw new Failure(ExitCode.configuration, plan.problems.join('\n'));
  }
  return plan;
}

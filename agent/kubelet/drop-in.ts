import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { readIfPresent, writeAtomically } from '../host/files.ts';
import { ownerComment } from '../host/owner.ts';
import { paths } from '../host/paths.ts';
import { planMaxPods } from './max-pods.ts';
import { kubeletSettings, type NodeConfigSource } from './node-config.ts';
import { ourTaint, taintFlag, taintsOfFlags } from './taints.ts';

export interface DropInRequest {
  instanceId: string;
  labels: Readonly<Record<string, string>>;
  /** The node joins with our taint. */
  taint: boolean;
  maxPods: 'Adjust' | 'Keep';
  /** The ENIs on network card 0 that Multus takes, and all that this card carries on this instance type. */
  multusEnis: number;
  cardEnis: number;
  /** The user's, in the order in which nodeadm merges them: user data, then drop-ins by name. */
  nodeConfigs: readonly NodeConfigSource[];
}

export interface DropInPlan {
  content: string;
  /** kubelet's flags in it. */
  flags: string[];
  /** What the user should know. */
  warnings: string[];
  /** Why kubelet would not register with our taint and all of the user's; none without `taint`. */
  problems: string[];
}

/** The drop-in by which nodeadm hands labels, taint and maxPods to kubelet. */
export function planDropIn(request: DropInRequest): DropInPlan {
  const warnings: string[] = [];
  const problems: string[] = [];
  const readable = request.nodeConfigs.flatMap(({ name, afterOurs, document }) => {
    const settings = kubeletSettings(document);
    if (settings !== undefined) {
      return [{ name, afterOurs, settings }];
    }
    warnings.push(
      `${name} cannot be read as a NodeConfig document: its taints and maxPods are not seen here, and nodeadm, ` +
        'if it cannot read it either, stops, and the node does not join',
    );
    return [];
  });
  const overriding = readable.filter(
    ({ afterOurs, settings }) => afterOurs && taintsOfFlags(settings.flags) !== undefined,
  );
  if (request.taint) {
    problems.push(
      ...overriding.map(
        ({ name }) =>
          `${name} comes after 60-multus-bootstrap.yaml and sets --register-with-taints, which would drop ` +
          'the taint multus-bootstrap.io/not-ready: give it a name that sorts before 60-multus-bootstrap.yaml',
      ),
    );
  }
  const maxPods =
    request.maxPods === 'Adjust'
      ? planMaxPods(request.multusEnis, request.cardEnis, readable)
      : { expression: undefined, warnings: [] };
  const flags = [
    ...labelFlag(request.labels),
    ...(request.taint ? [taintFlag(readable.map(({ settings }) => settings))] : []),
  ];
  return {
    content: dropIn(request.instanceId, flags, maxPods.expression),
    flags,
    warnings: [...warnings, ...maxPods.warnings],
    problems,
  };
}

/** Sorted, so that the same labels make the same file. */
function labelFlag(labels: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? [] : [`--node-labels=${pairs.sort().join(',')}`];
}

function dropIn(instanceId: string, flags: string[], maxPodsExpression: string | undefined): string {
  const config = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: { kubelet: { flags, ...(maxPodsExpression === undefined ? {} : { maxPodsExpression }) } },
  };
  const content = ownerComment(instanceId) + stringify(config, { lineWidth: 0 });
  // One bad drop-in fails nodeadm-run, and the node never joins: whatever is written was read back first.
  if (!isDeepStrictEqual(parse(content), config)) {
    throw new Error(`the drop-in does not read back: ${content}`);
  }
  return content;
}

/** Whether the drop-in in place makes kubelet register with our taint. Throws a `Failure` (9). */
export async function carriesTaint(root: string): Promise<boolean> {
  return (await readIfPresent(paths(root).dropIn))?.includes(ourTaint) ?? false;
}

/**
 * Puts the drop-in in its place, and its flags where kubelet.service looks for them. nodeadm never sees a part of it:
 * until it is whole it has a name that nodeadm does not read. Throws a `Failure` (9).
 */
export async function writeDropIn(
  root: string,
  instanceId: string,
  { content, flags }: Pick<DropInPlan, 'content' | 'flags'>,
): Promise<void> {
  const { dropIn, kubeletFlags } = paths(root);
  await writeAtomically(kubeletFlags, `${ownerComment(instanceId)}${flags.join(' ')}\n`);
  if ((await readIfPresent(dropIn)) !== content) {
    await writeAtomically(dropIn, content);
  }
}

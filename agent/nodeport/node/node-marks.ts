import { isObject } from '../../host/json.ts';

/** Who takes nodes away says so by a taint, and then cordons or deletes the node. */
const taints = [
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'node.kubernetes.io/out-of-service',
];

/** Why a Node object says that its node is about to go, in a word; undefined: it does not. */
export function markOf(node: unknown): string | undefined {
  const { metadata, spec } = isObject(node) ? node : {};
  if (isObject(metadata) && typeof metadata.deletionTimestamp === 'string') {
    return 'the Node is being deleted';
  }
  if (!isObject(spec)) {
    return undefined;
  }
  const keys = (Array.isArray(spec.taints) ? spec.taints : []).map((taint) => isObject(taint) && taint.key);
  const taint = taints.find((each) => keys.includes(each));
  if (taint !== undefined) {
    return `the Node has the taint ${taint}`;
  }
  return spec.unschedulable === true ? 'the Node is cordoned' : undefined;
}

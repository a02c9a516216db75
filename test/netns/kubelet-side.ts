import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RunResult } from '../../agent/report/result.ts';
import type { TestNode } from './simulated-node.ts';

export const taint = '--register-with-taints=multus-bootstrap.io/not-ready:NoSchedule';

/** What our drop-in hands to kubelet; undefined if there is none. */
export async function dropInOf({
  root,
}: TestNode): Promise<{ flags: string[]; maxPodsExpression?: string } | undefined> {
  const path = join(root, 'etc/eks/nodeadm.d/60-multus-bootstrap.yaml');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parse(text).spec.kubelet;
}

/** The flags of our drop-in; undefined if there is none. */
export async function flagsOf(node: TestNode): Promise<string[] | undefined> {
  return (await dropInOf(node))?.flags;
}

/** Whether kubelet may start, by the file itself. */
export async function gateOf({ root }: TestNode): Promise<RunResult['gate']> {
  const content = await readFile(join(root, 'run/multus-bootstrap/go'), 'utf8').catch(() => undefined);
  return content === undefined ? 'closed' : 'open';
}

/** A drop-in of the user's, beside ours. */
export async function userDropIn({ root }: TestNode, name: string, kubelet: object): Promise<void> {
  await mkdir(join(root, 'etc/eks/nodeadm.d'), { recursive: true });
  const nodeConfig = { apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec: { kubelet } };
  await writeFile(join(root, 'etc/eks/nodeadm.d', name), JSON.stringify(nodeConfig));
}

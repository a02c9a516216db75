import { readFile } from 'node:fs/promises';
import type { Test } from 'tap';
import type { Authorization } from '../simulator/api/authorizations.ts';
import { isAllowed } from '../simulator/iam/evaluate.ts';
import { type Policy, parsePolicy } from '../simulator/iam/policy.ts';
import type { NodeOptions, TestNode } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

const file = new URL('../../userdata/iam/multus-bootstrap-policy.json', import.meta.url);

/** The policy that users get, with the ARNs of a partition. */
export async function policyFor(partition = 'aws'): Promise<Policy> {
  return parsePolicy((await readFile(file, 'utf8')).replaceAll('arn:aws:', `arn:${partition}:`));
}

/** A node whose EC2 allows what the policy allows and no more; what IAM is asked is added to `asked`. */
export async function policedNode(
  t: Test,
  policy: Policy,
  asked: Authorization[],
  options: NodeOptions,
): Promise<TestNode> {
  const node = await nodeFor(t, options);
  node.simulator.permissions.policy = (authorization) => {
    asked.push(authorization);
    return isAllowed(policy, authorization);
  };
  return node;
}

/** Of the calls, those that the policy has refused. */
export function refusals({ simulator }: TestNode): string[] {
  return simulator.record.calls
    .filter(({ answer }) => answer?.code === 'UnauthorizedOperation')
    .map(({ action, params }) => `${action} ${JSON.stringify(params)}`);
}

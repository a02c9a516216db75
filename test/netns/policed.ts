import { readFile } from 'node:fs/promises';
import type { Test } from 'tap';
import { systemClock } from '../../agent/clock.ts';
import { createEc2 } from '../../agent/ec2/ec2.ts';
import type { Ec2 } from '../../agent/ec2/port.ts';
import { createImds } from '../../agent/imds/imds.ts';
import { recordingLog } from '../recording-log.ts';
import type { Authorization } from '../simulator/api/authorizations.ts';
import { isAllowed } from '../simulator/iam/evaluate.ts';
import { type Policy, parsePolicy } from '../simulator/iam/policy.ts';
import type { NodeOptions, TestNode } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

/** The policy that users get, with the ARNs of a partition. */
export async function policyFor(
  partition = 'aws',
  file: 'multus-bootstrap-policy' | 'nodeport-primary-policy' = 'multus-bootstrap-policy',
): Promise<Policy> {
  const url = new URL(`../../userdata/iam/${file}.json`, import.meta.url);
  return parsePolicy((await readFile(url, 'utf8')).replaceAll('arn:aws:', `arn:${partition}:`));
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

/** EC2 as the node's own program uses it. */
export function ec2Of({ simulator, node }: TestNode): Ec2 {
  const tools = { clock: systemClock, log: recordingLog().log };
  const imds = createImds({ endpoint: node.imdsUrl, random: Math.random, ...tools });
  const env = { AWS_ENDPOINT_URL_EC2: simulator.ec2Url };
  return createEc2({ region: simulator.world.settings.region, env, proxyEnv: {}, imds, ...tools });
}

/** Of the calls, those that the policy has refused. */
export function refusals({ simulator }: TestNode): string[] {
  return simulator.record.calls
    .filter(({ answer }) => answer?.code === 'UnauthorizedOperation')
    .map(({ action, params }) => `${action} ${JSON.stringify(params)}`);
}

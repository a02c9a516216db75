import { stringify } from 'yaml';

/** Who starts kubelet: nodeadm-run, or the user data itself by `nodeadm init`, before nodeadm-run comes. */
export const starters = ['nodeadm-run', 'nodeadm init'] as const;
export type Starter = (typeof starters)[number];

/** Which of the two, which run beside each other, comes to its end before the other begins its work. */
export const orders = ['agent first', 'cloud-init first'] as const;
export type Order = (typeof orders)[number];

export interface UserDataOptions {
  /** The spec of our document; undefined: none. */
  spec?: object | undefined;
  starter?: Starter;
  /** As it comes, if it is not given. */
  order?: Order;
}

/** User data with a NodeConfig, a shell script, and our document. */
export function userDataFor({ spec, starter, order }: UserDataOptions): string {
  const ours = { apiVersion: 'multus-bootstrap.io/v1alpha1', kind: 'MultusNodeConfig', spec };
  return multipart([
    ['application/node.eks.aws', stringify(nodeConfig)],
    ...(spec === undefined ? [] : [part('application/multus-bootstrap.io', stringify(ours))]),
    ['text/x-shellscript', script(starter, order)],
  ]);
}

const nodeConfig = {
  apiVersion: 'node.eks.aws/v1alpha1',
  kind: 'NodeConfig',
  spec: {
    cluster: {
      name: 'demo',
      apiServerEndpoint: 'https://example.com',
      certificateAuthority: 'Y2E=',
      cidr: '10.100.0.0/16',
    },
  },
};

function part(type: string, text: string): [string, string] {
  return [type, text];
}

function multipart(parts: [string, string][]): string {
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="BOUNDARY"',
    '',
    ...parts.flatMap(([type, text]) => ['--BOUNDARY', `Content-Type: ${type}`, '', text]),
    '--BOUNDARY--',
    '',
  ].join('\n');
}

/** For the agent's unit: that cloud-init has come as far as `order` wants it. */
export const agentMayStart = '/run/agent-may-start';

function script(starter: Starter | undefined, order: Order | undefined): string {
  const agentHasEnded =
    'systemctl show --property=ActiveState multus-bootstrap | grep -qE "=(active|failed)"';
  const kubeletIsQueued = 'systemctl show --property=Job kubelet | grep -q =';
  const wait = (condition: string) => `until ${condition}; do sleep 0.05; done`;
  return [
    '#!/bin/sh',
    ...(order === 'agent first' ? [wait(agentHasEnded)] : []),
    ...(starter === 'nodeadm init'
      ? [
          `(${wait(kubeletIsQueued)}; touch ${agentMayStart}) &`,
          'nodeadm init --config-source imds://user-data --config-source file:///etc/eks/nodeadm.d/',
        ]
      : []),
  ].join('\n');
}

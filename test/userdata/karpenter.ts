import { stringify } from 'yaml';
import { readMultipart, writeMultipart } from './go-mime.ts';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/**
 * The user data that Karpenter (AL2023) gives a node: its own NodeConfig, then the parts of the EC2NodeClass, of whose
 * headers it keeps Content-Type alone. What does not begin as MIME it takes for a NodeConfig if it is YAML.
 */
export function karpenterUserData(userData: string, maxPods: number, taints: readonly Taint[]): Buffer {
  const nodeConfig = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    metadata: {},
    spec: {
      cluster: {
        apiServerEndpoint: 'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com',
        certificateAuthority: 'Y2VydGlmaWNhdGU=',
        cidr: '10.100.0.0/16',
        name: 'my-cluster',
      },
      containerd: {},
      instance: { localStorage: {} },
      kubelet: {
        config: {
          clusterDNS: ['10.100.0.10'],
          maxPods,
          registerWithTaints: [...taints, { effect: 'NoExecute', key: 'karpenter.sh/unregistered' }],
        },
        flags: ['--node-labels="karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=multus"'],
      },
    },
  };
  const own = {
    type: 'application/node.eks.aws',
    content: `# Karpenter Generated NodeConfig\n${stringify(nodeConfig)}`,
  };
  const isMime = /^(?:MIME-Version|Content-Type):/.test(userData.trim());
  const others = isMime ? readMultipart(userData) : [{ type: 'application/node.eks.aws', content: userData }];
  const head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n';
  return Buffer.from(`${head}${writeMultipart([own, ...others], '//')}`.replaceAll('\r', ''));
}

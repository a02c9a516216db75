import assert from 'node:assert/strict';
import { parse, stringify } from 'yaml';
import { isObject } from '../../agent/host/json.ts';
import { child } from './child.ts';
import { writeMultipart } from './go-mime.ts';

/** What eksctl reads of a NodeConfig; it drops other keys without a word. */
const nodeConfigKeys = ['apiVersion', 'kind', 'metadata', 'spec'];

/**
 * The user data that eksctl gives the nodes of a managed node group with an AMI of one's own (AmazonLinux2023): a
 * NodeConfig of its own, then `overrideBootstrapCommand`, read as a NodeConfig and written anew.
 */
export function eksctlUserData(config: unknown, group: string): Buffer {
  assert(isObject(config) && Array.isArray(config.managedNodeGroups));
  const nodeGroup = config.managedNodeGroups.find((each) => each.name === group);
  assert(isObject(nodeGroup), `node group ${group}`);
  const labels = {
    'alpha.eksctl.io/cluster-name': child(config, 'metadata').name,
    'alpha.eksctl.io/nodegroup-name': group,
    ...child(nodeGroup, 'labels'),
  };
  const nodeLabels = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const taints: { key: string; value: string; effect: string }[] = Array.isArray(nodeGroup.taints)
    ? nodeGroup.taints
    : [];
  const own = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    metadata: {},
    spec: {
      cluster: {
        apiServerEndpoint: 'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com',
        certificateAuthority: 'Y2VydGlmaWNhdGU=',
        cidr: '10.100.0.0/16',
        name: child(config, 'metadata').name,
      },
      containerd: {},
      instance: { localStorage: {} },
      kubelet: {
        config: { clusterDNS: ['10.100.0.10'] },
        flags: [
          `--node-labels=${nodeLabels.join(',')}`,
          ...taints.map(({ key, value, effect }) => `--register-with-taints=${key}=${value}:${effect}`),
        ],
      },
    },
  };
  const override: unknown = parse(String(nodeGroup.overrideBootstrapCommand));
  assert(isObject(override), 'overrideBootstrapCommand is a NodeConfig');
  const dropped = Object.keys(override).filter((key) => !nodeConfigKeys.includes(key));
  assert.deepEqual(dropped, [], 'keys that eksctl drops');
  assert.equal(override.apiVersion, own.apiVersion);
  const boundary = '5f0c2a9d4be1738f6a2c91d07e4b35f8a60d1c9e72b4f3805d6e9a1b7c24';
  const parts = [own, override].map((nodeConfig) => ({
    type: 'application/node.eks.aws',
    content: stringify(nodeConfig),
  }));
  const head = `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=${boundary}\r\n\r\n`;
  return Buffer.from(head + writeMultipart(parts, boundary));
}

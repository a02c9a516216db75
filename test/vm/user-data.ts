import { stringify } from 'yaml';

const cluster = {
  name: 'demo',
  apiServerEndpoint: 'https://example.com',
  certificateAuthority: 'Y2E=',
  cidr: '10.100.0.0/16',
};

/** User data as users send it: a NodeConfig with these flags for kubelet, and our document, if there is a spec for one. */
export function userDataWith({ flags, spec }: { flags: string[]; spec?: object }): string {
  const nodeConfig = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: { cluster, kubelet: { flags } },
  };
  const ours = { apiVersion: 'multus-bootstrap.io/v1alpha1', kind: 'MultusNodeConfig', spec };
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="BOUNDARY"',
    '',
    ...part('application/node.eks.aws', nodeConfig),
    ...(spec === undefined ? [] : part('application/multus-bootstrap.io', ours)),
    '--BOUNDARY--',
    '',
  ].join('\n');
}

function part(type: string, document: object): string[] {
  return ['--BOUNDARY', `Content-Type: ${type}`, '', stringify(document)];
}

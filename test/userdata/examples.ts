/** Every user-data document in userdata/, as the tool around it hands it to EC2, and EC2 to the node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { child } from './child.ts';
import { evaluateResources, readTemplate } from './cloudformation.ts';
import { eksctlUserData } from './eksctl.ts';
import type { Parameters } from './intrinsics.ts';
import { karpenterUserData, type Taint } from './karpenter.ts';
import { terraformUserData } from './terraform.ts';

export interface Example {
  name: string;
  /** The bytes that IMDS serves. */
  userData: Buffer;
  /** What the image holds in /etc/multus-bootstrap/config.d/, by name. */
  imageFiles: Record<string, string>;
}

export const folder = new URL('../../userdata/', import.meta.url);

/** The Kubernetes or other YAML documents of an example. */
export function readDocuments(path: string): JsonObject[] {
  const documents = parseAllDocuments(readFileSync(new URL(path, folder), 'utf8'));
  assert(Array.isArray(documents));
  return documents.map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [], path);
    const value: unknown = document.toJS();
    assert(isObject(value), path);
    return value;
  });
}

/** The one document of a file. */
export function readDocument(path: string): JsonObject {
  const [document, ...more] = readDocuments(path);
  assert(document !== undefined && more.length === 0, path);
  return document;
}

const cluster = {
  ClusterName: 'my-cluster',
  ApiServerEndpoint: 'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com',
  CertificateAuthorityData: 'Y2VydGlmaWNhdGU=',
  ServiceCidr: '10.100.0.0/16',
};
const network = {
  Subnets: ['subnet-0c1b2c3d4e5f60718', 'subnet-1c1b2c3d4e5f60718'],
  Eth1Subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718'],
  Eth2Subnets: ['subnet-0b1b2c3d4e5f60718', 'subnet-1b1b2c3d4e5f60718'],
  MultusSecurityGroups: ['sg-0a1b2c3d4e5f60718'],
};

/** The least that the template of the self-managed group must be given. */
export const selfManaged = {
  ...cluster,
  ...network,
  ClusterControlPlaneSecurityGroup: 'sg-0b1b2c3d4e5f60718',
  NodeGroupName: 'multus',
  NodeImageId: 'ami-0a1b2c3d4e5f60718',
  MultusBootstrapPolicyArn: 'arn:aws:iam::111122223333:policy/multus-bootstrap',
  VpcId: 'vpc-0a1b2c3d4e5f60718',
};
/** All that it may be given. */
export const selfManagedInFull = {
  ...selfManaged,
  NodeLabels: 'cnf=abc01,pool=',
  InterfaceTags: 'cnf=abc01,type=5g',
  PodRanges: ['10.0.4.64-10.0.4.199', '10.0.5.64-10.0.5.254', '10.0.6.64-10.0.6.199', '10.0.7.64-10.0.7.254'],
};
const managed = {
  ...cluster,
  ...network,
  ClusterSecurityGroup: 'sg-0b1b2c3d4e5f60718',
  NodeRoleArn: 'arn:aws:iam::111122223333:role/my-cluster-multus-node',
  NodeImageId: 'ami-0a1b2c3d4e5f60718',
};

/** What the launch template of a stack holds. */
export function launchTemplate(file: string, parameters: Parameters): JsonObject {
  const resources = evaluateResources(readTemplate(new URL(`cloudformation/${file}`, folder)), parameters);
  return child(child(child(resources, 'NodeLaunchTemplate'), 'Properties'), 'LaunchTemplateData');
}

function cloudFormation(file: string, parameters: Parameters): Buffer {
  return Buffer.from(String(launchTemplate(file, parameters).UserData), 'base64');
}

function karpenter(): Buffer {
  const { userData } = child(readDocument('karpenter/ec2nodeclass.yaml'), 'spec');
  const { template } = child(readDocument('karpenter/nodepool.yaml'), 'spec');
  assert(isObject(template));
  const { taints } = child(template, 'spec');
  assert(typeof userData === 'string' && Array.isArray(taints));
  const nodePoolTaints: Taint[] = taints;
  // (4 − 2 reserved ENIs) × (15 − 1 addresses) + 2: an m5.xlarge.
  return karpenterUserData(userData, 30, nodePoolTaints);
}

function example(name: string, userData: Buffer, imageFiles: Example['imageFiles'] = {}): Example {
  return { name, userData, imageFiles };
}

const plain = (path: string) => readFileSync(new URL(path, folder));

export const examples: readonly Example[] = [
  example('nodeadm, shortest', plain('nodeadm/shortest.txt')),
  example('nodeadm, full', plain('nodeadm/full.txt')),
  example(
    'self-managed group by CloudFormation',
    cloudFormation('self-managed-node-group.yaml', selfManagedInFull),
  ),
  example(
    'self-managed group by CloudFormation, least parameters',
    cloudFormation('self-managed-node-group.yaml', selfManaged),
  ),
  example('managed group by CloudFormation', cloudFormation('managed-node-group.yaml', managed)),
  example(
    'Terraform',
    await terraformUserData(new URL('terraform/', folder), {
      'data.aws_eks_cluster.this.endpoint': cluster.ApiServerEndpoint,
      'data.aws_eks_cluster.this.certificate_authority[0].data': cluster.CertificateAuthorityData,
      'data.aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr': cluster.ServiceCidr,
    }),
  ),
  example('Karpenter', karpenter()),
  example('eksctl', eksctlUserData(readDocument('eksctl/cluster-config.yaml'), 'multus-baked'), {
    '10-multus.yaml': plain('eksctl/10-multus.yaml').toString(),
  }),
];

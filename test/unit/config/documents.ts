import { type Loaded, loadConfig } from '../../../agent/config/load.ts';
import { ConfigurationFailure } from '../../../agent/config/problem.ts';

/** The shortest useful configuration. */
export const shortest = `apiVersion: multus-bootstrap.io/v1alpha1
kind: MultusNodeConfig
spec:
  interfaces:
    - name: eth1
      subnets: [subnet-0a1b2c3d]
      securityGroups: [sg-0a1b2c3d]
`;

export const nodeConfig = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: {name: my-cluster}
`;

export interface Part {
  type: string;
  body: string | Buffer;
  /** Further headers, whole lines. */
  headers?: string[];
}

/** A multipart document as cloud-init's make-mime writes it. */
export function multipart(parts: readonly Part[], boundary = '//', newline = '\n'): Buffer {
  const chunks = parts.flatMap(({ type, body, headers = [] }) => [
    `--${boundary}${newline}`,
    [`Content-Type: ${type}`, ...headers, '', ''].join(newline),
    body,
    newline,
  ]);
  const head = ['MIME-Version: 1.0', `Content-Type: multipart/mixed; boundary="${boundary}"`, '', ''].join(
    newline,
  );
  return Buffer.concat([head, ...chunks, `--${boundary}--${newline}`].map((chunk) => Buffer.from(chunk)));
}

/** The configuration in this user data, on a node without files. */
export function load(userData: string | Uint8Array): Promise<Loaded> {
  return loadConfig({ root: '/nonexistent', userData: Buffer.from(userData) });
}

/** The lines of the failure, or of nothing. */
export async function faultsOf(loading: Promise<Loaded>): Promise<string[]> {
  try {
    await loading;
    return [];
  } catch (error) {
    if (error instanceof ConfigurationFailure) {
      return error.message.split('\n');
    }
    throw error;
  }
}

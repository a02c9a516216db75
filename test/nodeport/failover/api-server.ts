import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { execa } from 'execa';
import { endpoints } from './cuts.ts';

/** An API server as far as a node asks it about itself. */
export interface ApiServer {
  /** kubelet's credentials, below the node's root. */
  writeKubeconfig(root: string): Promise<void>;
  /** `kubectl cordon`, which `kubectl drain` begins with. */
  cordon(): void;
}

const port = 6443;
const name = 'ip-10-0-1-11.ec2.internal';

/** Beside EC2's endpoint; with a certificate of its own, made in that folder. Every node is the same one to it. */
export async function startApiServer(folder: string): Promise<ApiServer> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=api', '-addext', `subjectAltName=IP:${endpoints.ec2}`];
  await execa('openssl', [...request, ...subject, '-keyout', key, '-out', cert]);
  const watches = new Set<ServerResponse>();
  const event = (type: string, unschedulable: boolean) =>
    `${JSON.stringify({ type, object: { metadata: { name }, spec: { unschedulable } } })}\n`;
  const options = { key: await readFile(key), cert: await readFile(cert) };
  const server = createServer(options, ({ method }, response) => {
    response.setHeader('content-type', 'application/json');
    if (method === 'POST') {
      response.end(JSON.stringify({ status: { userInfo: { username: `system:node:${name}` } } }));
    } else {
      watches.add(response);
      response.write(event('ADDED', false));
    }
  });
  server.listen(port, endpoints.ec2);
  await once(server, 'listening');
  return {
    async writeKubeconfig(root) {
      const kubelet = join(root, 'var/lib/kubelet');
      await mkdir(kubelet, { recursive: true });
      const cluster = {
        server: `https://${endpoints.ec2}:${port}`,
        'certificate-authority-data': options.cert.toString('base64'),
      };
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'cluster', cluster }],
        users: [{ name: 'kubelet', user: { token: 'of-the-node' } }],
        contexts: [{ name: 'kubelet', context: { cluster: 'cluster', user: 'kubelet' } }],
        'current-context': 'kubelet',
      };
      await writeFile(join(kubelet, 'kubeconfig'), JSON.stringify(config));
    },
    cordon() {
      for (const each of watches) {
        each.write(event('MODIFIED', true));
      }
    },
  };
}

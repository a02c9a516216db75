import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { createExecTokens } from './exec-plugin.ts';
import { type FileOrData, parseKubeconfig } from './kubeconfig.ts';

/** How to speak to the API server, and as whom. */
export interface ApiAccess {
  server: string;
  tls: SecureContextOptions & { servername?: string };
  token: string | undefined;
}

export interface KubeletCredentials {
  /** As the files have it now: certificates and tokens are renewed in place. Throws what is in the way. */
  read(signal: AbortSignal): Promise<ApiAccess>;
  /** The API server took no notice of them: the next ones are asked for anew. */
  forget(): void;
}

/** kubelet's own credentials, by its kubeconfig. */
export function createKubeletCredentials(path: string, env: NodeJS.ProcessEnv): KubeletCredentials {
  const beside = (file: string) => resolve(dirname(path), file);
  const bytes = (source: FileOrData) => ('data' in source ? source.data : readFileSync(beside(source.path)));
  const execTokens = createExecTokens(dirname(path), env);
  return {
    async read(signal) {
      const config = parseKubeconfig(readFileSync(path, 'utf8'));
      const { server, tlsServerName, ca, certificate, key, tokenFile, exec } = config;
      const given = exec === undefined ? undefined : await execTokens.get(exec, signal);
      const fromFile = tokenFile === undefined ? undefined : readFileSync(beside(tokenFile), 'utf8').trim();
      const cert = given?.certificate ?? (certificate && bytes(certificate));
      const privateKey = given?.key ?? (key && bytes(key));
      return {
        server,
        tls: {
          ...(ca && { ca: bytes(ca) }),
          ...(cert && { cert }),
          ...(privateKey && { key: privateKey }),
          ...(tlsServerName !== undefined && { servername: tlsServerName }),
        },
        token: given?.token ?? fromFile ?? config.token,
      };
    },
    forget: execTokens.forget,
  };
}

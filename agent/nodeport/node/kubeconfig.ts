import { parse } from 'yaml';
import { isObject, type JsonObject } from '../../host/json.ts';

/** How kubelet reaches the API server, by its kubeconfig. Paths are as written there. */
interface Kubeconfig {
  server: string;
  tlsServerName: string | undefined;
  /** Undefined: the CAs of the system. */
  ca: FileOrData | undefined;
  certificate: FileOrData | undefined;
  key: FileOrData | undefined;
  token: string | undefined;
  tokenFile: string | undefined;
  exec: ExecPlugin | undefined;
}

export type FileOrData = { path: string } | { data: Buffer };

/** A command that prints credentials (client.authentication.k8s.io). */
export interface ExecPlugin {
  apiVersion: string;
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** Reads the current context of a kubeconfig. Throws an error that names what is missing. */
export function parseKubeconfig(text: string): Kubeconfig {
  const config = objectOf(parse(text));
  const context = named(config, 'contexts', 'context', config['current-context']);
  const cluster = named(config, 'clusters', 'cluster', context.cluster);
  const user = named(config, 'users', 'user', context.user);
  const server = textOf(cluster.server);
  if (server === undefined || !URL.canParse(server)) {
    throw new Error(`no server in its cluster ${context.cluster}`);
  }
  return {
    server,
    tlsServerName: textOf(cluster['tls-server-name']),
    ca: fileOrData(cluster, 'certificate-authority'),
    certificate: fileOrData(user, 'client-certificate'),
    key: fileOrData(user, 'client-key'),
    token: textOf(user.token),
    tokenFile: textOf(user.tokenFile),
    exec: execPlugin(user.exec),
  };
}

/** The entry of that name, or the only one: what has no current context has one of each. */
function named(config: JsonObject, list: string, key: string, name: unknown): JsonObject {
  const value = config[list];
  const entries = (Array.isArray(value) ? value : []).map(objectOf);
  const found =
    entries.find((entry) => entry.name === name) ?? (entries.length === 1 ? entries[0] : undefined);
  if (found === undefined) {
    throw new Error(`no ${key} ${name} in it`);
  }
  return objectOf(found[key]);
}

function fileOrData(of: JsonObject, key: string): FileOrData | undefined {
  const data = textOf(of[`${key}-data`]);
  const path = textOf(of[key]);
  if (data !== undefined) {
    return { data: Buffer.from(data, 'base64') };
  }
  return path === undefined ? undefined : { path };
}

function execPlugin(value: unknown): ExecPlugin | undefined {
  const { apiVersion, command, args, env } = objectOf(value);
  if (typeof command !== 'string') {
    return undefined;
  }
  const variables = (Array.isArray(env) ? env : []).map(objectOf);
  return {
    apiVersion: textOf(apiVersion) ?? 'client.authentication.k8s.io/v1beta1',
    command,
    args: (Array.isArray(args) ? args : []).map(String),
    env: Object.fromEntries(variables.map((each) => [String(each.name), String(each.value ?? '')])),
  };
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

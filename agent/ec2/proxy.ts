import { ExitCode, Failure } from '../failure.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to the endpoint, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY in either case, read as kubelet
 * and containerd read theirs (Go, x/net/http/httpproxy), since users write one value for all: a proxy may lack
 * its scheme, and a host in NO_PROXY stands for its subdomains too. Node's own reading does neither.
 */
export function proxyFor(endpoint: URL, env: Env): URL | undefined {
  const name = endpoint.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name.toLowerCase()] || env[name];
  if (!value || bypasses(endpoint, env.no_proxy || env.NO_PROXY || '')) {
    return undefined;
  }
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol !== 'http:' && proxy?.protocol !== 'https:') {
    throw new Failure(
      ExitCode.configuration,
      `${name} is no proxy that can be used: expected http://host:port or https://host:port`,
    );
  }
  return proxy;
}

/** For messages: without user and password. */
export function nameOf(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function bypasses({ hostname, host }: URL, noProxy: string): boolean {
  return noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some(
      (entry) =>
        entry === '*' || entry === hostname || entry === host || (entry && hostname.endsWith(`.${entry}`)),
    );
}

import { BlockList, isIP } from 'node:net';
import { ExitCode, Failure } from '../failure.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to the endpoint, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY in either case, read as kubelet
 * and containerd read theirs (Go, x/net/http/httpproxy), since users write one value for all: a proxy may lack
 * its scheme, a domain in NO_PROXY stands for its subdomains too, a CIDR for the endpoints that are named by an
 * address, and `:port` narrows an entry to that port. Node's own reading knows none of that. Unlike Go, an
 * endpoint on this host itself is no exception, and a SOCKS proxy is an error.
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

function bypasses({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(',')
    .some((entry) => matches(entry.trim(), host, ownPort));
}

/** An entry: `*`, a CIDR, or a domain or an address, each perhaps with a port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') {
    return true;
  }
  const [, network, prefix] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (network !== undefined) {
    return inCidr(host, network, Number(prefix));
  }
  const [, name = entry, ownPort] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (ownPort !== undefined && ownPort !== port) {
    return false;
  }
  // `.domain` and `*.domain` are for subdomains alone, `domain` is for itself too.
  const domain = name.replace(/^\[|\]$|^\*(?=\.)/g, '');
  return host === domain || (domain !== '' && host.endsWith(`.${domain.replace(/^\./, '')}`));
}

function inCidr(host: string, network: string, prefix: number): boolean {
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || prefix > (family === 'ipv4' ? 32 : 128)) {
    return false;
  }
  const cidr = new BlockList();
  cidr.addSubnet(network, prefix, family);
  return cidr.check(host, family);
}

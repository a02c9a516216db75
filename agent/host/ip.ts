import { command } from './command.ts';
import { isObject, type JsonObject } from './json.ts';

/** What `ip` tells of a link. */
export interface LinkDetails {
  up: boolean;
  mtu: number;
  /** What the driver allows. */
  minimumMtu: number;
  maximumMtu: number;
  /** As CIDRs. */
  addresses: string[];
}

/** Throws a `Failure` (9), if there is no such link too. */
export async function readLinkDetails(name: string, signal: AbortSignal): Promise<LinkDetails> {
  const answer: unknown = JSON.parse(
    await command('ip', ['-d', '-json', 'address', 'show', 'dev', name], signal),
  );
  const [link = {}] = records(answer);
  return {
    up: Array.isArray(link.flags) && link.flags.includes('UP'),
    mtu: Number(link.mtu),
    minimumMtu: Number(link.min_mtu),
    maximumMtu: Number(link.max_mtu),
    addresses: records(link.addr_info).map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  };
}

/** The alternative names of the links that have any, by the name of the link. Throws a `Failure` (9). */
export async function readAlternativeNames(): Promise<Map<string, string[]>> {
  const answer: unknown = JSON.parse(await command('ip', ['-json', 'link', 'show']));
  return new Map(
    records(answer).flatMap(({ ifname, altnames }): [string, string[]][] =>
      typeof ifname === 'string' && Array.isArray(altnames) ? [[ifname, altnames.map(String)]] : [],
    ),
  );
}

function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

import { access, constants } from 'node:fs/promises';
import { ExitCode, Failure } from '../failure.ts';
import { tryCommand } from './command.ts';
import { isObject, type JsonObject } from './json.ts';
import { isOurAddress } from './node-port/present.ts';

/** What `ip` tells of a link. */
export interface LinkDetails {
  /** What the driver allows. */
  minimumMtu: number;
  maximumMtu: number;
  /** As CIDRs, without NodePort addresses of ours. */
  addresses: string[];
}

/** Throws a `Failure` (9), if there is no such link too. */
export async function readLinkDetails(name: string, signal: AbortSignal): Promise<LinkDetails> {
  const answer: unknown = JSON.parse(await ip(name, ['-d', '-json', 'address', 'show', 'dev', name], signal));
  const [link = {}] = records(answer);
  return {
    minimumMtu: Number(link.min_mtu),
    maximumMtu: Number(link.max_mtu),
    addresses: records(link.addr_info)
      .filter((address) => !isOurAddress(address))
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  };
}

/** The alternative names of the links that have any, by the name of the link. Throws a `Failure` (9). */
export async function readAlternativeNames(): Promise<Map<string, string[]>> {
  const answer: unknown = JSON.parse(await ip('the links', ['-json', 'link', 'show']));
  return new Map(
    records(answer).flatMap(({ ifname, altnames }): [string, string[]][] =>
      typeof ifname === 'string' && Array.isArray(altnames) ? [[ifname, altnames.map(String)]] : [],
    ),
  );
}

/** The addresses of each link that has any, by its name, without their prefix lengths. Throws a `Failure` (9). */
export async function readAddresses(): Promise<Map<string, string[]>> {
  const answer: unknown = JSON.parse(await ip('the links', ['-json', 'address', 'show']));
  return new Map(
    records(answer).map(({ ifname, addr_info }) => [
      String(ifname),
      records(addr_info).map(({ local }) => String(local)),
    ]),
  );
}

/** Runs `ip` and answers its output. Throws a `Failure` (9) that names the subject: the interface, if it is about one. */
export async function ip(subject: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const result = await tryCommand('ip', args, signal);
  if (result.ok) {
    return result.stdout;
  }
  throw new Failure(
    ExitCode.host,
    `${subject}: \`ip ${args.join(' ')}\` failed: ${result.said}; ${remedy(result.said)}`,
  );
}

function remedy(said: string): string {
  if (said.includes('ENOENT')) {
    return 'install iproute2';
  }
  return said.includes('not permitted')
    ? 'run as root, with CAP_NET_ADMIN'
    : 'see `ip -details link` and `journalctl -k` for what is in its way';
}

/**
 * Throws a `Failure` (9) if this process may not change links. The kernel lets whoever may do so, root of a user
 * namespace with its own network included, write a setting such as those that each link gets.
 */
export async function checkMayChangeLinks(): Promise<void> {
  const setting = '/proc/sys/net/ipv4/conf/all/rp_filter';
  await access(setting, constants.W_OK).catch((error: Error) => {
    throw new Failure(
      ExitCode.host,
      `the links of this host cannot be set up: ${error.message}; run as root, with CAP_NET_ADMIN`,
      { cause: error },
    );
  });
}

function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

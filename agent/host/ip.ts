import { command } from './command.ts';
import { isObject, type JsonObject } from './json.ts';

/** What `ip -d -json link show` tells of a link beyond /sys. */
export interface LinkDetails {
  up: boolean;
  mtu: number;
  minimumMtu: number | undefined;
  /** 0 or undefined where the driver sets no bound. */
  maximumMtu: number | undefined;
  /** IPv6 address generation: `eui64`, `none`…; undefined where the kernel has no IPv6. */
  addressGeneration: string | undefined;
}

/** The links by name. Throws a `Failure` (9). */
export async function readLinkDetails(signal: AbortSignal): Promise<Map<string, LinkDetails>> {
  const links = await readJson(['-d', '-json', 'link', 'show'], signal);
  return new Map(
    links.map((link) => [
      String(link.ifname),
      {
        up: Array.isArray(link.flags) && link.flags.includes('UP'),
        mtu: Number(link.mtu),
        minimumMtu: numberOrUndefined(link.min_mtu),
        maximumMtu: numberOrUndefined(link.max_mtu),
        addressGeneration:
          typeof link.inet6_addr_gen_mode === 'string' ? link.inet6_addr_gen_mode : undefined,
      },
    ]),
  );
}

/** The addresses of each link, as CIDRs. Throws a `Failure` (9). */
export async function readAddresses(signal: AbortSignal): Promise<{ name: string; addresses: string[] }[]> {
  const links = await readJson(['-json', 'address', 'show'], signal);
  return links.map((link) => ({
    name: String(link.ifname),
    addresses: records(link.addr_info).map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  }));
}

async function readJson(args: string[], signal: AbortSignal): Promise<JsonObject[]> {
  const answer: unknown = JSON.parse(await command('ip', args, signal));
  return records(answer);
}

function records(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function numberOrUndefined(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

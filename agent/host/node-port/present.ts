import { isObject, type JsonObject } from '../json.ts';
import { type Item, versionOf } from './items.ts';
import { addressMetric, isOurs, protocol } from './layout.ts';

/** What of ours the kernel has, and which addresses of others, of one IP version. */
export interface Present {
  ours: Item[];
  /** Full-length ones: what is there cannot be added, and is left when ours go. */
  foreignAddresses: Item[];
}

/** What `ip -N -json -batch -` is told; it answers each on a line of its own. */
export const questions = ['address show', 'rule show', `route show table all protocol ${protocol}`];

/** From its answer. */
export function parsePresent(version: 4 | 6, answer: string): Present {
  const [addresses = [], rules = [], routes = []] = answer.split('\n').filter(Boolean).map(records);
  const tables = new Map(routes.map(({ table, dev }) => [String(table), String(dev)]));
  const item = (kind: Item['kind'], link: string, key: string): Item => ({ kind, version, link, key });
  const found = addresses.flatMap(({ ifname, addr_info }) =>
    objects(addr_info)
      .filter(isFullLength)
      .map((address) => ({
        item: item('address', String(ifname), `${address.local}/${address.prefixlen} dev ${ifname}`),
        isOurs: isOurAddress(address),
      })),
  );
  return {
    foreignAddresses: found.filter((each) => !each.isOurs).map((each) => each.item),
    ours: [
      ...found.filter((each) => each.isOurs).map((each) => each.item),
      ...rules
        .filter((rule) => String(rule.protocol) === String(protocol) && isOurs(Number(rule.table)))
        .map((rule) => item('rule', tables.get(String(rule.table)) ?? `table ${rule.table}`, ruleKey(rule))),
      ...routes
        .filter(({ table }) => isOurs(Number(table)))
        .map((route) => item('route', String(route.dev), routeKey(route))),
    ],
  };
}

/** Whether it is a NodePort address that we have set, as `ip` tells of it. */
export function isOurAddress(address: JsonObject): boolean {
  return isFullLength(address) && address.metric === addressMetric;
}

function isFullLength({ local, prefixlen }: JsonObject): boolean {
  return prefixlen === (versionOf(String(local)) === 4 ? 32 : 128);
}

function ruleKey({ priority, fwmark, fwmask, src, table }: JsonObject): string {
  // iproute2 writes none as 0, or as 0x0.
  const mark = fwmark === undefined ? '' : `fwmark 0x${Number(fwmark).toString(16)}/${fwmask} `;
  const from = src === 'all' ? '' : `from ${src} `;
  return `priority ${priority} ${mark}${from}table ${table}`;
}

function routeKey({ dst, gateway, dev, table }: JsonObject): string {
  const via = gateway === undefined ? '' : `via ${gateway} `;
  return `${dst} ${via}dev ${dev} table ${table}`;
}

function records(line: string): JsonObject[] {
  return objects(JSON.parse(line));
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

import type { Eni } from '../claim/facts.ts';
import type { Link } from '../host/port.ts';
import type { NodePortStatus } from './node-port-status.ts';
import type { InterfaceResult, LastResult, RunResult } from './result.ts';

/** What a node has, by all who know of it: what `status --json` prints. */
export interface NodeStatus {
  instanceId: string;
  instanceType: string;
  zone: string;
  gate: 'open' | 'closed';
  lastRun: Pick<RunResult, 'exitCode' | 'message' | 'finishedAt' | 'warnings' | 'retry'> | undefined;
  interfaces: InterfaceStatus[];
  /** Only where the node has NodePort addresses. */
  nodePort?: Pick<NodePortStatus, 'watcher' | 'addresses'>;
  labels: Record<string, string>;
  /** What differs between the configuration, EC2, the kernel and the last result, each with what to do. */
  differences: string[];
  /** What will be amiss before long, each with what to do: workers that come near the pods' part of a subnet. */
  warnings: string[];
  /** What could not be looked at, and why. */
  unknown: string[];
}

/** EC2's word where EC2 could be asked, else the last run's. */
export interface InterfaceStatus {
  name: string;
  eniId: string | undefined;
  mac: string | undefined;
  addresses: readonly string[];
  subnetId: string | undefined;
  deviceIndex: number | undefined;
  networkCard: number | undefined;
  /** EC2's: `attaching`, `attached`, `detaching`. */
  attachment: string | undefined;
  link: Pick<Link, 'name' | 'up' | 'operState' | 'mtu'> | undefined;
}

/** One interface as each of those who know of it shows it. */
export interface Seen {
  name: string;
  isConfigured: boolean;
  result: InterfaceResult | undefined;
  eni: Eni | undefined;
  /** The ENI's device, under whatever name. */
  link: Link | undefined;
}

/** One interface as `status` prints it: see `InterfaceStatus` for whose word counts. */
export function interfaceStatus({ name, result, eni, link }: Seen): InterfaceStatus {
  return {
    name,
    eniId: eni?.id ?? result?.eniId,
    mac: eni?.mac ?? result?.mac,
    addresses: addressesOf(eni ?? resultAddresses(result)),
    subnetId: eni?.subnetId ?? result?.subnetId,
    deviceIndex: eni?.attachment?.deviceIndex ?? result?.deviceIndex,
    networkCard: eni?.attachment?.networkCard ?? result?.networkCard,
    attachment: eni?.attachment?.status,
    link: link && { name: link.name, up: link.up, operState: link.operState, mtu: link.mtu },
  };
}

interface Addresses {
  addresses: readonly string[];
  ipv6Addresses: readonly string[];
}

function addressesOf({ addresses, ipv6Addresses }: Addresses): string[] {
  return [...addresses, ...ipv6Addresses];
}

function resultAddresses(result: InterfaceResult | undefined): Addresses {
  const { address, ipv6Address } = result ?? {};
  return {
    addresses: address === undefined ? [] : [address],
    ipv6Addresses: ipv6Address === undefined ? [] : [ipv6Address],
  };
}

const remedy = '`systemctl restart multus-bootstrap` sets it right';

/**
 * What is not as it should be about one interface.
 *
 * @param isEc2Known whether EC2 could be asked: if not, an ENI that it does not show is no difference
 */
export function differences({ name, isConfigured, result, eni, link }: Seen, isEc2Known: boolean): string[] {
  const eniId = eni?.id ?? result?.eniId;
  if (!isConfigured) {
    return [`${name}: ${eniId} is there, and the configuration does not name it: it is left as it is`];
  }
  if (eniId === undefined) {
    return [`${name}: it has no ENI; ${remedy}`];
  }
  const found: string[] = [];
  if (isEc2Known && eni === undefined) {
    found.push(`${name}: ${eniId} of the last run is not attached to this instance any more; ${remedy}`);
  }
  if (eni !== undefined && result !== undefined) {
    for (const [what, then, now] of [
      ['ENI', result.eniId, eni.id],
      ['address', result.address, eni.addresses[0]],
      ['IPv6 address', result.ipv6Address, firstOrKept(eni, result)],
      ['device index', result.deviceIndex, eni.attachment?.deviceIndex],
    ]) {
      if (then !== now) {
        found.push(`${name}: the last run left the ${what} ${then}, and EC2 shows ${now}; ${remedy}`);
      }
    }
  }
  if (link === undefined) {
    found.push(
      `${name}: the host has no device for ${eniId}; a pod may have taken it (host-device). If none has: ${remedy}`,
    );
  } else if (link.name !== name) {
    found.push(`${name}: its device is called ${link.name}; ${remedy}`);
  }
  if (link?.up === false) {
    found.push(`${name}: its link is down; ${remedy}`);
  }
  return found;
}

/** EC2 keeps no order among IPv6 addresses, and pods may have more of them. */
function firstOrKept({ ipv6Addresses }: Eni, { ipv6Address }: InterfaceResult): string | undefined {
  if (ipv6Address === undefined || ipv6Addresses.includes(ipv6Address)) {
    return ipv6Address;
  }
  return ipv6Addresses[0] ?? 'none';
}

/** The last run, as far as `status` tells of it; what kept it from being read goes to `unknown`. */
export function lastRunOf(last: LastResult): NodeStatus['lastRun'] {
  if (last.state !== 'read') {
    return undefined;
  }
  const { exitCode, message, finishedAt, warnings, retry } = last.result;
  return { exitCode, message, finishedAt, warnings, ...(retry && { retry }) };
}

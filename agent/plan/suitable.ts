import type { Subnet } from '../claim/facts.ts';
import { cidrsOf, workersPart } from '../claim/free.ts';
import type { CreatedInterface } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { carries, noneInside } from './node-port.ts';
import type { Observation } from './observation.ts';
import type { InterfacePlan } from './steps.ts';
import { subnetsInZone } from './subnet-selection.ts';

/**
 * Those of the subnets that have what the modes ask for, and where NodePort addresses of the interface are. Whoever lists
 * a subnet means it: throws a `Failure` (3) for one that has not what the modes ask for. Tags may also be on others, which
 * are left out: it throws only if none is left. So it is with NodePort addresses.
 */
export function suitable(config: CreatedInterface, subnets: readonly Subnet[]): Subnet[] {
  const left = subnets.filter((subnet) => fault(config, subnet) === undefined);
  const isEnough = config.subnetTags === undefined ? left.length === subnets.length : left.length > 0;
  if (!isEnough) {
    const faults = subnets.flatMap((subnet) => fault(config, subnet) ?? []);
    throw new Failure(ExitCode.configuration, `${config.name}: ${faults.join('; ')}`);
  }
  const carrying = left.filter((subnet) => carries(config.nodePort, subnet));
  if (carrying.length === 0) {
    const faults = left.map((subnet) => noneInside(config.nodePort ?? [], subnet));
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: ${faults.join('; ')}: add addresses of such a subnet to spec.nodePort`,
    );
  }
  return carrying;
}

/** Warnings of subnets that are an interface's, by their tags or for want of NodePort addresses, and are left out. */
export function leftOut({ source }: InterfacePlan, seen: Observation): string[] {
  if (!('choices' in source)) {
    return [];
  }
  const { config } = source;
  const which = config.subnetTags === undefined ? 'subnet of subnets' : 'subnet with the tags of subnetTags';
  return subnetsInZone(config, seen)
    .flatMap((subnet) => {
      const reason = carries(config.nodePort, subnet) ? undefined : noneInside(config.nodePort ?? [], subnet);
      return fault(config, subnet) ?? reason ?? [];
    })
    .map((reason) => `${config.name}: not every ${which} is used: ${reason}`);
}

/** What keeps the interface's ENI from being created there. */
function fault(config: CreatedInterface, subnet: Subnet): string | undefined {
  const { ipv4, ipv6 } = config;
  if (ipv4.mode !== 'None' && subnet.cidr === undefined) {
    return `${subnet.id} has no IPv4 CIDR: for IPv6-only subnets write ipv4: {mode: None} and ipv6: {mode: FirstFree}`;
  }
  if (ipv4.mode === 'None' && subnet.cidr !== undefined) {
    return (
      `${subnet.id} has an IPv4 CIDR (${subnet.cidr}), and EC2 gives every ENI there an IPv4 address: ` +
      'write ipv4: {mode: FirstFree}, or list an IPv6-only subnet'
    );
  }
  if (ipv6.mode !== 'None' && subnet.ipv6Cidrs.length === 0) {
    return `${subnet.id} has no associated IPv6 CIDR: associate one, or write ipv6: {mode: None}`;
  }
  return withinFault(config, subnet, 'ipv4') ?? withinFault(config, subnet, 'ipv6');
}

function withinFault(config: CreatedInterface, subnet: Subnet, version: 'ipv4' | 'ipv6'): string | undefined {
  const { mode, within } = config[version];
  const cidrs = cidrsOf(subnet, version);
  return mode === 'FirstFree' && within.length > 0 && workersPart(cidrs, within).length === 0
    ? `${version}.within (${within.join(', ')}) has no entry inside ${subnet.id} (${cidrs.join(', ')}): add the workers' part of that subnet`
    : undefined;
}

import type { AddressConfig, CreatedInterface, InterfaceConfig } from '../../../agent/config/model.ts';
import type { Chance } from '../chance.ts';
import type { GroupPlan } from './model.ts';
import { bounds, lengthOf, type Net, part, toAddress } from './network.ts';

export const securityGroup = 'sg-00000000000000001';
const types = ['m5.xlarge', 'm5.4xlarge', 'c6in.32xlarge'];

/** Draws a node group over these nets: one configuration for all of its nodes. */
export function drawGroup(chance: Chance, nets: readonly Net[], nth: number): GroupPlan {
  const type = chance.weighted([8, 'm5.xlarge'], [1, 'm5.4xlarge'], [1, 'c6in.32xlarge']);
  const count = chance.weighted([4, 1], [5, 2], [1, 3]);
  return {
    type,
    tags: chance.weighted<GroupPlan['tags']>(
      [6, { 'aws:autoscaling:groupName': `workers-${nth}` }],
      [2, { 'karpenter.sh/nodepool': `pool-${nth}` }],
      [2, {}],
    ),
    config: {
      cluster: chance.yes(0.5) ? 'my-cluster' : undefined,
      timeoutMs: chance.weighted([6, 600_000], [2, 120_000], [2, 60_000], [1, 25_000]),
      failurePolicy: 'Block',
      interfaces: chance.some(count, (n) => drawInterface(chance, nets, `eth${n + 1}`, type)),
      nodePort: [],
      metricsPort: undefined,
      instanceTags: {},
      labels: {},
      maxPods: 'Adjust',
    },
  };
}

function drawInterface(chance: Chance, nets: readonly Net[], name: string, type: string): InterfaceConfig {
  const common = {
    name,
    networkCard: type === types[2] && chance.yes(0.5) ? 1 : 0,
    mtu: 9001,
  };
  if (chance.yes(0.12)) {
    return {
      ...common,
      existing: {
        tags: chance.yes(0.7) ? { multus: name } : { multus: 'true' },
        waitMs: chance.pick([0, 10_000, 120_000]),
      },
      sourceDestCheck: chance.pick([undefined, false]),
      deleteOnTermination: chance.pick([undefined, false]),
    };
  }
  return drawCreated(chance, chance.pick(nets), common);
}

/** An interface whose ENIs are created in the subnets of that net. */
export function drawCreated(
  chance: Chance,
  net: Net,
  common: Pick<CreatedInterface, 'name' | 'networkCard' | 'mtu'>,
): CreatedInterface {
  const ids = net.subnets.map(({ id }) => id);
  const none: AddressConfig = { mode: 'None', within: [], podRange: [] };
  return {
    ...common,
    existing: undefined,
    ...(chance.yes(0.25)
      ? { subnets: [], subnetTags: tagsOf(net) }
      : { subnets: ids, subnetTags: undefined }),
    securityGroups: [securityGroup],
    ipv4: net.isIpv6Only ? none : drawIpv4(chance, net),
    ipv6:
      net.isIpv6Only || (net.hasIpv6 && chance.yes(0.7))
        ? { ...none, mode: chance.pick(['FirstFree', 'Automatic'] as const) }
        : none,
    sourceDestCheck: chance.yes(0.6),
    deleteOnTermination: chance.yes(0.8),
    tags: chance.yes(0.3) ? { team: 'core' } : {},
  };
}

function tagsOf({ subnets: [first] }: Net): Readonly<Record<string, string>> {
  return first?.tags ?? {};
}

/** `within` needs an entry in every subnet; `podRange` may be in some only. */
function drawIpv4(chance: Chance, { subnets }: Net): AddressConfig {
  if (chance.yes(0.05)) {
    return { mode: 'Automatic', within: [], podRange: [] };
  }
  const cidrs = subnets.flatMap(({ cidr }) => cidr ?? []);
  const within = chance.yes(0.25)
    ? cidrs.flatMap((cidr) => (chance.yes(0.5) ? half(cidr) : span(chance, cidr)))
    : [];
  const reserved = subnets.flatMap(({ reservations }) => reservations);
  const podRange = chance.yes(0.3) ? cidrs.flatMap((cidr) => upper(chance, cidr)) : [];
  return {
    mode: 'FirstFree',
    // A reservation that is itself an entry was made for the workers.
    within: within.length > 0 && chance.yes(0.3) ? [...within, ...reserved.map(({ cidr }) => cidr)] : within,
    podRange,
  };
}

function half(cidr: string): string[] {
  return [part(cidr, lengthOf(cidr) + 1, 0)];
}

function span(chance: Chance, cidr: string): string[] {
  const { first, last } = bounds(cidr);
  const from = first + chance.between(0, 6);
  return [`${toAddress(from)}-${toAddress(Math.min(last, from + 4 + chance.between(0, last - first)))}`];
}

function upper(chance: Chance, cidr: string): string[] {
  const { first, last } = bounds(cidr);
  const length = lengthOf(cidr);
  return chance.yes(0.5)
    ? [part(cidr, length + 1, 1)]
    : [`${toAddress(Math.ceil((first + 3 * last) / 4))}-${toAddress(last)}`];
}

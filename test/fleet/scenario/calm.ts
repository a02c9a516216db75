import type { AddressConfig, InterfaceConfig } from '../../../agent/config/model.ts';
import type { Chance } from '../chance.ts';
import { drawCreated, drawGroup } from './groups.ts';
import type { GroupPlan, Scenario } from './model.ts';
import { createLayout, drawNet, type Net } from './network.ts';
import { drawNodes } from './nodes.ts';

/** One seed in so many: nothing goes wrong, so that there is no reason for a hole between the addresses claimed. */
const oneIn = 6;

export function isCalm(seed: number): boolean {
  return seed % oneIn === 3;
}

type Drawn = Pick<
  Scenario,
  'subnets' | 'enis' | 'groups' | 'nodes' | 'weather' | 'others' | 'launchLagMs' | 'throttles'
>;

/** One group of many nodes, several subnets in a zone, dual stack: parts of them that overlap, or do not. */
export function drawCalm(chance: Chance): Drawn {
  const zones = ['us-east-1a', 'us-east-1b'].slice(0, chance.weighted([3, 1], [1, 2]));
  const layout = createLayout();
  const nets: Net[] = [];
  for (let n = chance.between(1, 2); n > 0; n -= 1) {
    const length = chance.pick([24, 25, 26]);
    const perZone = chance.weighted([2, 1], [4, 2], [2, 3]);
    // Of the same size, each has the most room in its turn.
    const ways = { lengths: [[1, length]], perZone: [[1, perZone]], ipv6: 0.5 } as const;
    nets.push(drawNet(chance, zones, layout, 1 + nets.flatMap(({ subnets }) => subnets).length, ways));
  }
  const count = chance.weighted([1, 2], [2, chance.between(3, 10)], [4, chance.between(11, 40)]);
  const nodes = drawNodes(chance, 1, zones, { mishaps: 0, deaths: 0, later: 0.1 }, count);
  return {
    throttles: chance.yes(0.7),
    launchLagMs: chance.pick([0, 2_000]),
    subnets: nets
      .flatMap(({ subnets }) => subnets)
      .map((each) => ({ ...each, occupants: { ...each.occupants, hidden: 0 } })),
    enis: [],
    groups: [drawCalmGroup(chance, nets)],
    // By then EC2 shows each of them.
    nodes: nodes.map((each) => ({
      ...each,
      bootMs: each.bootMs + 12_000,
      later: each.later.filter(({ what }) => what !== 'stop'),
    })),
    weather: {
      share: 0,
      atMost: 0,
      calmAt: Math.max(...nodes.map(({ arrivesAt }) => arrivesAt)) + 10_000,
      final: undefined,
      seed: chance.seed(),
    },
    others: [],
  };
}

function drawCalmGroup(chance: Chance, nets: readonly Net[]): GroupPlan {
  const { config } = drawGroup(chance, nets, 1);
  const interfaces = chance.some(chance.between(1, 3), (n): InterfaceConfig => {
    const net = chance.pick(nets);
    const common = { name: `eth${n + 1}`, networkCard: 0, mtu: 9001 };
    const { ipv4, ipv6, ...created } = drawCreated(chance, net, common);
    return {
      ...created,
      ipv4: firstFree(ipv4),
      ipv6: { ...firstFree(ipv6), within: ipv6.mode === 'None' ? [] : drawWithin(chance, net) },
    };
  });
  return {
    type: 'm5.xlarge',
    tags: { 'aws:autoscaling:groupName': 'workers' },
    config: { ...config, timeoutMs: 600_000, interfaces },
  };
}

/** Where EC2 chooses there is no first. */
function firstFree(config: AddressConfig): AddressConfig {
  return config.mode === 'Automatic' ? { ...config, mode: 'FirstFree' } : config;
}

function drawWithin(chance: Chance, { subnets }: Net): string[] {
  const part = chance.pick(['', '/120', '40/122', '20-ff']);
  return part === ''
    ? []
    : subnets.flatMap(({ ipv6Cidr = '' }) => {
        const net = ipv6Cidr.replace('/64', '');
        const [from, to] = part.split('-');
        return to === undefined ? `${net}${part}` : `${net}${from}-${net}${to}`;
      });
}

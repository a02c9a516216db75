import type { NodeInstance } from '../../../agent/claim/facts.ts';
import { isIpv6 } from '../../../agent/claim/range.ts';
import type { Ec2 } from '../../../agent/ec2/port.ts';
import type { Probe, WatchContext, WatchNode } from '../../../agent/nodeport/ports.ts';
import { tagKeys } from '../../../agent/plan/tags.ts';
import type { Wrap } from './node.ts';

/** A watcher with a fault of its own, and what the simulation has to say of it. */
interface WatchSabotage {
  name: string;
  wrap: Wrap;
  verdict: RegExp;
  /** The first seed to try, where few worlds show it: 1. */
  from?: number;
}

/** To see that the simulation can fail: each breaks another invariant. */
export const watchSabotages: readonly WatchSabotage[] = [
  {
    name: 'takes over without looking again',
    wrap: (context) => {
      let first: Promise<NodeInstance[]> | undefined;
      const describeNodes: Ec2['describeNodes'] = (query, signal) => {
        if (!('addresses' in query)) {
          return context.ec2.describeNodes(query, signal);
        }
        first ??= context.ec2.describeNodes(query, signal);
        return first;
      };
      return withEc2(context, { describeNodes });
    },
    verdict: /takes \S+ off n\d+, which it has not seen hold it lately/,
  },
  {
    name: 'lets EC2 take it from whoever holds it',
    wrap: (context, { send }) =>
      withEc2(context, {
        unassignAddress: async () => undefined,
        assignAddress: (NetworkInterfaceId, address, signal) =>
          isIpv6(address)
            ? context.ec2.assignAddress(NetworkInterfaceId, address, signal)
            : send(
                'AssignPrivateIpAddresses',
                { NetworkInterfaceId, PrivateIpAddress: [address], AllowReassignment: 'true' },
                () => undefined,
                signal,
              ),
      }),
    verdict: /allows EC2 to take the address/,
  },
  {
    name: 'knows neither hold-down nor bound',
    wrap: (context) => ({
      ...context,
      clock: { ...context.clock, now: () => context.clock.now() * 1_000 },
    }),
    verdict: /has moved 7 times within an hour from instances that run/,
    from: 130,
  },
  {
    name: 'trusts its own link',
    wrap: (context) => withNode(context, { hasCarrier: async () => true, gatewayAnswers: async () => true }),
    verdict: /takes \S+ without (reaching its gateway|a carrier)/,
    from: 390,
  },
  {
    name: 'hears nothing of the holder',
    wrap: (context) => withProbes(context, (n) => n === 0),
    verdict: /takes \S+ from n\d+, which lives and serves/,
  },
  {
    name: 'takes for dead who has never answered',
    wrap: (context) => withProbes(context, (n, answered) => n === 0 || answered),
    verdict: /takes \S+ from n\d+, which lives and serves/,
  },
  {
    name: 'never notices a dead holder',
    wrap: (context) => withProbes(context, () => true),
    verdict: /n\d+ holds \S+ and serves nobody|nobody serves \S+ for \d+ ms/,
  },
  {
    name: 'hands over without taking it off',
    wrap: (context, { node }) =>
      withEc2(context, {
        unassignAddress: async (eniId, address, signal) => {
          if (eniId !== node.place.link.eniId) {
            await context.ec2.unassignAddress(eniId, address, signal);
          }
        },
      }),
    verdict: /nobody serves \S+ for [\d.]+ ms, after one (cleanStop|cleanReboot|cutLink)/,
  },
  {
    name: 'takes it off, and does not take it',
    wrap: (context) => withEc2(context, { assignAddress: async () => undefined }),
    verdict: /nobody (holds|serves) /,
  },
  {
    name: 'takes what is a stranger’s',
    wrap: (context) =>
      withEc2(context, {
        describeEnis: async (query, signal) => {
          const enis = await context.ec2.describeEnis(query, signal);
          return enis.map((eni) => ({ ...eni, tags: { ...eni.tags, [tagKeys.created]: 'true' } }));
        },
      }),
    verdict: /UnassignPrivateIpAddresses names eni-\w+, which carries no NodePort address of ours/,
    from: 90,
  },
  {
    name: 'asks EC2 too often',
    wrap: (context) => ({
      ...context,
      clock: {
        ...context.clock,
        sleep: (ms, signal) => context.clock.sleep(ms > 20_000 ? ms / 5 : ms, signal),
      },
    }),
    verdict: /makes \d+ describes in 4 quiet minutes/,
  },
];

function withEc2(context: WatchContext, changed: Partial<Ec2>): WatchContext {
  return { ...context, ec2: { ...context.ec2, ...changed } };
}

function withNode(context: WatchContext, changed: Partial<WatchNode>): WatchContext {
  return { ...context, node: { ...context.node, ...changed } };
}

/** @param isAnswered what the watcher is told of the nth probe of its kind */
function withProbes(
  context: WatchContext,
  isAnswered: (n: number, answered: boolean) => boolean,
): WatchContext {
  return withNode(context, {
    probe: (target, tell, signal) => {
      const counts: Record<Probe['kind'], number> = { icmp: 0, tcp: 0 };
      context.node.probe(
        target,
        ({ kind, answered }) => {
          tell({ kind, answered: isAnswered(counts[kind], answered) });
          counts[kind] += 1;
        },
        signal,
      );
    },
  });
}

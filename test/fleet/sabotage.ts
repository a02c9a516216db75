import type { RunContext } from '../../agent/commands/run/context.ts';
import { Ec2Error } from '../../agent/ec2/port.ts';
import { toAddress, toNumber } from './scenario/network.ts';

/** An agent with a fault of its own, and what the simulation has to say of it. */
interface Sabotage {
  name: string;
  wrap: (context: RunContext) => RunContext;
  verdict: RegExp;
}

/** By which a create of that instance is off: another number on each. */
function offset(instanceId: string): number {
  return Number.parseInt(instanceId.slice(-1), 16) % 4;
}

/** To see that the simulation can fail: each breaks another invariant. */
export const sabotages: readonly Sabotage[] = [
  {
    name: 'writes no intent',
    wrap: (context) => ({ ...context, host: { ...context.host, writeIntent: async () => undefined } }),
    verdict: /CreateNetworkInterface has no intent on the disk/,
  },
  {
    name: 'claims the address behind the first free one',
    wrap: (context) =>
      withEc2(context, {
        createEni: (request, signal) => {
          const { address } = request;
          const next = address === undefined ? undefined : toAddress(toNumber(address) + 1);
          return context.ec2.createEni({ ...request, address: next }, signal);
        },
      }),
    verdict: /is the lowest that is free and nobody else is there/,
  },
  {
    name: 'leaves some addresses free, here and there',
    wrap: (context) =>
      withEc2(context, {
        createEni: (request, signal) => {
          const { address, ipv6Address } = request;
          const by = 4 * offset(context.instance.instanceId);
          const off = address && ipv6Address === undefined ? toAddress(toNumber(address) + by) : address;
          return context.ec2.createEni({ ...request, address: off }, signal);
        },
      }),
    verdict: /the group: eth\d leaves [\d., ]+ free in subnet-\w+, though it has/,
  },
  {
    name: 'claims from the part of the pods',
    wrap: (context) => ({
      ...context,
      config: {
        ...context.config,
        interfaces: context.config.interfaces.map((each) =>
          each.existing === undefined
            ? { ...each, ipv4: { ...each.ipv4, within: each.ipv4.podRange, podRange: [] } }
            : each,
        ),
      },
    }),
    verdict: /CreateNetworkInterface is at [\d.]+, which is in podRange/,
  },
  {
    name: 'takes no ENI back',
    wrap: (context) => withEc2(context, { deleteEni: async () => undefined }),
    verdict: /leaves eni-\w+, which its failed run has made|is available and of no use|makes a second one/,
  },
  {
    name: 'deletes what stands in its way',
    wrap: (context) =>
      withEc2(context, {
        describeEniPage: async (query, next, signal) => {
          const page = await context.ec2.describeEniPage(query, next, signal);
          const [neighbour] = page.enis.filter(({ status }) => status === 'available');
          if (neighbour !== undefined) {
            await context.ec2.deleteEni(neighbour.id, signal).catch(() => undefined);
          }
          return page;
        },
      }),
    verdict:
      /DeleteNetworkInterface is on eni-\w+, which is (neither its own nor selected|a stranger's)|deletes eni-\w+/,
  },
  {
    name: 'lets kubelet start before the devices are there',
    wrap: (context) => ({
      ...context,
      host: {
        ...context.host,
        waitForDevice: async (mac) => ({ mac, name: 'eth1', up: true, mtu: 9001, operState: 'up' }),
      },
    }),
    verdict: /kubelet is let start, though eth\d \(eni-\w+\) has no device/,
  },
  {
    name: 'forgets DeleteOnTermination',
    wrap: (context) => withEc2(context, { setDeleteOnTermination: async () => undefined }),
    verdict: /in the end eni-\w+ of eth\d has DeleteOnTermination false/,
  },
  {
    name: 'takes for wrong what time heals',
    wrap: (context) =>
      withEc2(context, {
        createEni: async (request, signal) => {
          try {
            return await context.ec2.createEni(request, signal);
          } catch (error) {
            throw error instanceof Ec2Error && error.class === 'transient'
              ? new Ec2Error(error.action, 'invalid', error.code, error.message)
              : error;
          }
        },
      }),
    verdict: /a run fails \(3\) without a reason/,
  },
];

function withEc2(context: RunContext, changed: Partial<RunContext['ec2']>): RunContext {
  return { ...context, ec2: { ...context.ec2, ...changed } };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from './case.ts';
import { healed, throttleAll, withoutEc2 } from './mishaps.ts';

const dead: Pick<Case, 'moves' | 'happen'> = { moves: 1, happen: ({ holder }) => holder.kill() };
const stopped: Pick<Case, 'moves' | 'handsOver' | 'happen'> = {
  moves: 1,
  handsOver: true,
  happen: ({ holder }) => holder.shutDown(),
};

export const cases: readonly Case[] = [
  { name: 'killed', ...dead, title: 'holder killed (kernel panic, power)' },
  { name: 'killed-5', ...dead, title: 'holder killed, of five nodes: all see it', nodes: 5, mayBeInVain: 3 },
  {
    name: 'primary-cut',
    title: "holder's primary link cut",
    moves: 1,
    happen: ({ fabric, holder }) => fabric.setCarrier(holder.node.primary, false),
  },
  {
    name: 'eth1-cut',
    title: "holder's eth1 cut",
    moves: 1,
    handsOver: true,
    happen: ({ fabric, holder }) => fabric.setCarrier(holder.node.eth1, false),
  },
  {
    name: 'eth1-silent',
    title: "holder's eth1 silent, with its carrier",
    moves: 1,
    handsOver: true,
    happen: ({ cuts, holder }) => cuts.silence(holder.node.eth1.port),
  },
  {
    name: 'service-dead',
    title: "holder's service dead (probePort)",
    probesService: true,
    moves: 1,
    happen: async ({ holder }) => holder.killService(),
  },
  { name: 'stopped', ...stopped, title: 'holder cleanly stopped, as by a reboot' },
  {
    name: 'stopped-dropping',
    ...stopped,
    title: 'holder cleanly stopped, where the VPC drops at once what is taken off',
    dropsAtOnce: true,
  },
  {
    name: 'drained',
    title: 'holder drained',
    moves: 1,
    handsOver: true,
    happen: async ({ api }) => api.cordon(),
  },
  {
    name: 'terminated',
    title: 'EC2 terminates the holder, whose OS shuts down',
    moves: 1,
    handsOver: true,
    async happen({ vpc, holder }) {
      vpc.simulator.world.terminate(holder.instanceId);
      await holder.shutDown();
    },
    tailMs: 4_000,
  },
  {
    name: 'terminated-dead',
    title: 'EC2 terminates the holder, whose OS is dead',
    moves: 1,
    // Its ENI may be gone by then: each candidate finds that out by itself.
    mayBeInVain: 2,
    async happen({ vpc, holder }) {
      vpc.simulator.world.terminate(holder.instanceId);
      await holder.kill();
    },
  },
  {
    name: 'ec2-down',
    title: "EC2's API down for 20 s, nothing else",
    moves: 0,
    happen: ({ cuts }) => withoutEc2(cuts, 20_000),
  },
  {
    name: 'killed-ec2-down',
    title: "holder killed while EC2's API is down for 10 s",
    moves: 1,
    async happen({ cuts, holder }) {
      await Promise.all([withoutEc2(cuts, 10_000), holder.kill()]);
    },
  },
  {
    name: 'killed-throttled',
    title: 'holder killed while EC2 throttles three calls of four',
    moves: 1,
    happen({ vpc, holder }) {
      throttleAll(vpc);
      return holder.kill();
    },
  },
  {
    name: 'partition',
    title: 'holder partitioned from all, EC2 too; then healed',
    moves: 1,
    happen: ({ cuts, holder: { node } }) =>
      Promise.all([node.primary, node.eth1].map(({ port }) => cuts.silence(port))),
    afterwards: healed,
  },
  {
    name: 'partition-ec2',
    title: 'holder partitioned from all but EC2; then healed',
    moves: 1,
    happen: ({ cuts, holder: { node } }) =>
      Promise.all([node.primary, node.eth1].map(({ port }) => cuts.isolate(port))),
    afterwards: healed,
  },
  {
    name: 'candidate-partitioned',
    title: 'a candidate partitioned, which reaches EC2',
    moves: 0,
    async happen({ cuts, candidates }) {
      const [, last] = candidates;
      if (last !== undefined) {
        await cuts.silence(last.node.eth1.port);
        await cuts.isolate(last.node.primary.port);
      }
      await delay(15_000);
    },
  },
  { name: 'killed-ipv6', ...dead, title: 'IPv6: holder killed', version: 6 },
  { name: 'stopped-ipv6', ...stopped, title: 'IPv6: holder cleanly stopped', version: 6 },
  {
    name: 'quiet',
    title: 'nothing, for three minutes',
    moves: 0,
    quietMs: 180_000,
    isForBench: true,
    happen: () => delay(0),
  },
];

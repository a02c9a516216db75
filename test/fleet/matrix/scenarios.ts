import { nodeConfig } from '../../unit/facts.ts';
import { release, run, sweep } from './commands.ts';
import type { Place } from './place.ts';
import {
  addPool,
  createdAndExisting,
  existingWithNodePort,
  leaveBehind,
  made,
  pool,
  refused,
  succeed,
  tags,
  takeFirst,
  twoInterfaces,
  withNodePort,
} from './situations.ts';
import type { Command, Stage } from './stage.ts';

/** What a command meets, and what it does with it where nothing disturbs it. */
export interface Scenario {
  name: string;
  /** For the table's reader. */
  what: string;
  command: Command;
  config: (place: Place) => ReturnType<typeof nodeConfig>;
  /** What was there before. */
  before?: (stage: Stage, place: Place) => Promise<void>;
  /** A step that fails for good, until its cause is gone. */
  cause?: { step: string; code: string; message: string; exitCode: number };
  /** Whether a timer runs it again and again: what one leaves is for the next. */
  isOnTimer?: boolean;
  /** Whether `sweep` comes after it. */
  isSwept?: boolean;
  /** Whether the cause is still there when the command is run again. */
  causeStays?: boolean;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'two interfaces',
    what: '`run` creates two ENIs in two subnets, SourceDestCheck off for one, and tags the instance: every kind of write.',
    command: run,
    config: twoInterfaces,
  },
  {
    name: 'dual stack',
    what: '`run` creates an ENI whose first free IPv4 and IPv6 addresses are both named.',
    command: run,
    config: ({ group, a }) =>
      nodeConfig({
        subnets: [a.id],
        securityGroups: [group],
        ipv6: { mode: 'FirstFree', within: [], podRange: [] },
      }),
  },
  {
    name: 'existing',
    what: '`run` claims an ENI that was made beforehand, and creates another one beside it.',
    command: run,
    config: createdAndExisting,
    before: addPool,
  },
  {
    name: 'node port',
    what: '`run` creates an ENI, and has it assigned a NodePort address of its own, not the first of the list, which another node holds, and two floating ones.',
    command: run,
    config: withNodePort,
    before: takeFirst,
  },
  {
    name: 'again',
    what: '`run` after a `run` that succeeded.',
    command: run,
    config: twoInterfaces,
    before: async (stage) => succeed(stage, run),
  },
  {
    name: 'leftovers',
    what: '`run` finds an ENI to adopt, a second one for the same interface, and what is left of two interfaces that are not configured any more: an ENI with its files, and an intent of which nothing came.',
    command: run,
    config: ({ group, a }) => nodeConfig({ subnets: [a.id], securityGroups: [group] }),
    before: leaveBehind,
  },
  {
    name: 'taking back',
    what: '`run` takes both interfaces back, since EC2 refuses the attach of one for good. The cause is gone when it is run again.',
    command: run,
    config: twoInterfaces,
    cause: refused,
  },
  {
    name: 'taking back, and again',
    what: 'The same, but the cause is still there when it is run again.',
    command: run,
    config: twoInterfaces,
    cause: refused,
    causeStays: true,
  },
  {
    name: 'handing back',
    what: '`run` hands an ENI that was made beforehand back, and takes the created one back, since EC2 denies an attribute for good.',
    command: run,
    config: createdAndExisting,
    before: addPool,
    cause: {
      step: 'ModifyNetworkInterfaceAttribute pool SourceDestCheck',
      code: 'UnauthorizedOperation',
      message: 'You are not authorized to perform this operation.',
      exitCode: 4,
    },
  },
  {
    name: 'release',
    what: '`release` of a created and a claimed interface; what it may not untag is for `sweep`.',
    command: release,
    isSwept: true,
    config: (place) => ({ ...createdAndExisting(place), instanceTags: { multus: 'ready' } }),
    before: async (stage, place) => {
      await addPool(stage, place);
      await succeed(stage, run);
    },
  },
  {
    name: 'release of addresses',
    what: '`release` of a claimed interface with a NodePort address of its own, and a floating one that it holds.',
    command: release,
    isSwept: true,
    config: existingWithNodePort,
    before: async (stage, place) => {
      await addPool(stage, place);
      await succeed(stage, run);
    },
  },
  {
    name: 'sweep',
    what: '`sweep` deletes an ENI that a dead instance has left, and untags one that it had claimed.',
    command: sweep,
    isOnTimer: true,
    config: () => nodeConfig(),
    before: async (_, { world, group, a, b }) => {
      const dead = 'i-0dead0dead0dead00';
      const claimed = { ...pool, ...tags('eth2', dead), 'multus-bootstrap.io/existing': 'true' };
      world.addEni({ subnetId: a.id, securityGroups: [group], tags: made('eth1', dead) });
      world.addEni({ subnetId: b.id, tags: { ...claimed, Name: 'pool' } });
    },
  },
];

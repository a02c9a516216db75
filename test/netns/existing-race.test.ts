/** Nodes that want the same ENIs at the same time. */
import t, { type Test } from 'tap';
import type { Faults } from '../simulator/api/faults.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { filesBelow } from './end-state.ts';
import { claiming, noManage, premade, selection } from './existing.ts';
import { enterNamespace } from './namespace.ts';
import { deviceName, otherNode } from './other-nodes.ts';
import type { TestNode } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const nodeCount = 20;
const eniCount = 12;
const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

interface Race {
  what: string;
  options: SimulatorOptions;
  trouble?: (faults: Faults) => void;
  /** Attaches that are refused since another node was faster: of one node, and of all. */
  inVain: { each: number; all: number };
  /** EC2 calls of one node, reads and throttled ones included: one that meets nobody makes 6. */
  calls: number;
}

const quick = { latencies: { '*': [5, 30] as const } };
const slow = { consistencyMs: 2_000, latencies: { '*': [20, 120] as const }, attachMs: 300, deviceMs: 300 };

const races: Race[] = [
  { what: 'EC2 is quick', options: quick, inVain: { each: 4, all: 28 }, calls: 20 },
  { what: 'listings are two seconds behind', options: slow, inVain: { each: 7, all: 52 }, calls: 32 },
  {
    what: 'answers to attaches are lost, and EC2 throttles',
    options: slow,
    trouble(faults) {
      faults.add({ action: 'AttachNetworkInterface', nth: 3, times: 12, kind: 'lostAnswer' });
      faults.add({ action: 'AttachNetworkInterface', times: 20, kind: { error: throttled } });
      faults.add({ action: 'CreateTags', times: 20, kind: { error: throttled } });
      faults.add({ action: 'DescribeNetworkInterfaces', nth: 50, times: 20, kind: { error: throttled } });
    },
    inVain: { each: 10, all: 95 },
    calls: 42,
  },
];

for (const each of races) {
  t.test(`20 nodes race for 12 ENIs, and ${each.what}`, (t) => race(t, each));
}

async function race(t: Test, { options, trouble, inVain, calls: mostCalls }: Race): Promise<void> {
  const specOf = (index: number) => ({ interfaces: [claiming(`n${index}`, {}, '0s')] });
  const first = await nodeFor(t, {
    userData: specOf(0),
    simulator: options,
    deviceName,
    world(world) {
      for (let index = 0; index < eniCount; index += 1) {
        premade(world);
      }
    },
  });
  const { simulator } = first;
  const others = await Promise.all(
    Array.from({ length: nodeCount - 1 }, (_, index) => otherNode(t, first, specOf(index + 1))),
  );
  const nodes = [first, ...others];
  holdUntilAllHaveListed(first);
  const attachments = new Map<string, Set<string>>();
  const plug = first.hooks.attached;
  first.hooks.attached = (eni, instance) => {
    attachments.set(eni.id, (attachments.get(eni.id) ?? new Set()).add(instance.id));
    return plug?.(eni, instance);
  };
  trouble?.(simulator.faults);
  const before = new Map(
    await Promise.all(nodes.map(async ({ root }) => [root, [...(await filesBelow(root)).keys()]] as const)),
  );

  const outcomes = await Promise.all(
    nodes.map(async (each) => ({ ...each, outcome: await each.run(['run']) })),
  );

  const winners = outcomes.filter(({ outcome }) => outcome.exitCode === 0);
  const losers = outcomes.filter(({ outcome }) => outcome.exitCode === 5);
  t.same([winners.length, losers.length], [eniCount, nodeCount - eniCount]);
  const enis = simulator.world.enis.filter(({ tags }) => tags.multus === 'true');
  t.same(
    enis.map(({ attachment }) => attachment?.instanceId).toSorted(),
    winners.map(({ node }) => node.instanceId).toSorted(),
    'each winner has one',
  );
  for (const { tags, attachment } of enis) {
    t.match(tags, {
      ...selection,
      ...noManage,
      'multus-bootstrap.io/existing': 'true',
      'multus-bootstrap.io/instance-id': attachment?.instanceId,
    });
  }
  t.ok(
    [...attachments.values()].every(({ size }) => size === 1),
    'none was ever attached to a second node',
  );
  for (const { outcome, root } of losers) {
    t.match(outcome.journal, /no available ENI with the tags multus=true, cluster=demo in eu-west-1a/);
    t.same(
      [...(await filesBelow(root)).keys()].filter((path) => !path.endsWith('result.json')),
      before.get(root),
      'a loser leaves nothing on its host',
    );
  }
  const counts = callsOf(
    first,
    nodes.map(({ node }) => node.instanceId),
  );
  const refused = counts.map((each) => each.inVain);
  t.ok(Math.max(...refused) <= inVain.each, `at most ${inVain.each} attaches in vain on a node`, { counts });
  t.ok(refused.reduce((a, b) => a + b) <= inVain.all, `at most ${inVain.all} in all`, { counts });
  t.ok(Math.max(...counts.map(({ calls }) => calls)) <= mostCalls, `at most ${mostCalls} calls`, { counts });
}

/** All plan by the same listing: none of them sees what the others do. */
function holdUntilAllHaveListed({ hooks }: TestNode): void {
  const listed = new Set<string | undefined>();
  const all = Promise.withResolvers<void>();
  hooks.afterCall = async ({ action, params, instanceId }) => {
    if (action !== 'DescribeNetworkInterfaces' || !JSON.stringify(params).includes('tag:multus')) {
      return;
    }
    listed.add(instanceId);
    if (listed.size === nodeCount) {
      all.resolve();
    }
    await all.promise;
  };
}

function callsOf({ simulator: { record } }: TestNode, ids: readonly string[]) {
  return ids.map((id) => {
    const own = record.calls.filter(({ instanceId }) => instanceId === id);
    const inVain = own.filter(
      ({ action, answer }) => action === 'AttachNetworkInterface' && answer?.code?.endsWith('InUse'),
    );
    const throttled = own.filter(({ answer }) => answer?.code === 'RequestLimitExceeded');
    return { calls: own.length, inVain: inVain.length, throttled: throttled.length };
  });
}

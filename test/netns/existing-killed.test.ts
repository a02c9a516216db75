/** A run that claims ENIs made beforehand, killed at every EC2 call, and run again. */
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import type { Call } from '../simulator/api/record.ts';
import { attachedTo, claiming, claimingNode, isWhole, writes } from './existing.ts';
import { letTimePass, type Moment, runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { group, type NodeOptions, subnets, type TestNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

const count = 4;
const lag: NodeOptions = { simulator: { consistencyMs: 1_500 } };

interface Situation {
  what: string;
  interfaces: ({ name: string } & Record<string, unknown>)[];
  /** How many of its interfaces claim. */
  claims: number;
  options?: NodeOptions;
}

const situations: Situation[] = [
  { what: 'two of the same selection', interfaces: [claiming(), claiming('eth2')], claims: 2 },
  {
    what: 'one, and one that is created',
    interfaces: [claiming(), { name: 'eth2', subnets: [subnets.b], securityGroups: [group] }],
    claims: 1,
  },
];

/** The nth call of a run. */
function nth(n: number): (call: Call) => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === n;
  };
}

/** All interfaces are whole, and nothing else is attached or bears our tags; then a further run writes nothing. */
async function endsWhole(t: Test, node: TestNode, { interfaces, claims }: Situation): Promise<void> {
  const before = attachedTo(node);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  for (const { name } of interfaces.slice(0, claims)) {
    await isWhole(t, node, name);
  }
  const after = attachedTo(node).map(({ id }) => id);
  t.equal(after.length, interfaces.length, 'no ENI is attached beside theirs');
  t.same(
    before.filter(({ id, tags }) => !after.includes(id) && tags['multus-bootstrap.io/created'] === undefined),
    [],
    'what was attached is',
  );
  t.same(
    node
      .enis()
      .map(({ id }) => id)
      .toSorted(),
    after.toSorted(),
    'nothing else bears our tags',
  );
  await untilShown(node);
  node.simulator.record.clear();
  const again = await node.run(['run']);
  t.match(again.journal, 'everything is in place');
  t.same(writes(node), [], 'a further run writes nothing');
}

/** Until listings show every ENI as it is. */
async function untilShown({ simulator: { world } }: TestNode): Promise<void> {
  const isShown = () => world.enis.every((eni) => world.store.visibleEni(eni.id) === eni);
  for (let tries = 0; !isShown() && tries < 500; tries += 1) {
    await delay(20);
  }
}

async function fresh(t: Test, { interfaces, options }: Situation, more?: NodeOptions): Promise<TestNode> {
  const userData = { interfaces };
  const { node } = await claimingNode(t, { count, userData, ...options, ...more });
  return node;
}

for (const situation of situations) {
  t.test(situation.what, async (t) => {
    let calls: readonly Call[] = [];
    await t.test('undisturbed', async (t) => {
      const node = await fresh(t, situation);
      await node.run(['run']);
      calls = node.simulator.record.calls;
    });
    t.ok(calls.length > 6);
    for (const [index, { action }] of calls.entries()) {
      const moments: Moment[] = isRead(action) ? ['afterCall'] : ['beforeCall', 'afterCall'];
      for (const moment of moments) {
        await t.test(`killed ${moment} call ${index + 1}, ${action}`, async (t) => {
          const node = await fresh(t, situation);
          await runUntilKilled(node, moment, nth(index + 1));
          await endsWhole(t, node, situation);
        });
      }
    }
    for (const moment of ['beforeCall', 'afterCall'] as const) {
      for (const action of ['AttachNetworkInterface', 'CreateTags']) {
        await t.test(`killed ${moment} ${action}, and listings are behind`, async (t) => {
          const node = await fresh(t, situation, lag);
          await runUntilKilled(node, moment, (call) => call.action === action);
          await endsWhole(t, node, situation);
        });
      }
    }
  });
}

function never(): never {
  throw new Error('cannot be');
}

t.test('a rollback, killed at each of its calls', async (t) => {
  const [, situation] = situations;
  const mixed = situation ?? never();
  const limit = { code: 'AttachmentLimitExceeded', message: 'Interface count 4 exceeds the limit' };
  const refused = async (t: Test) => {
    const node = await fresh(t, mixed, {
      simulator: { detachMs: 1_000, quirks: { deadToken: 'createsAnew' } },
    });
    const match = ({ DeviceIndex }: Call['params']) => DeviceIndex === '2';
    node.simulator.faults.add({ action: 'AttachNetworkInterface', match, kind: { error: limit } });
    return node;
  };
  let calls: readonly Call[] = [];
  await t.test('undisturbed', async (t) => {
    const node = await refused(t);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 6, journal);
    t.same(attachedTo(node), []);
    t.same(node.enis(), []);
    calls = [...node.simulator.record.calls];
    await endsWhole(t, node, mixed);
  });
  const first = calls.findIndex(({ answer }) => answer?.code === limit.code);
  // How often it then looks whether the ENI is detached differs from run to run.
  const last = calls.findLastIndex(({ action }) => !isRead(action)) + 1;
  for (const [index, { action }] of [...calls.entries()].slice(first + 1, last + 1)) {
    const moments: Moment[] = isRead(action) ? ['afterCall'] : ['beforeCall', 'afterCall'];
    for (const moment of moments) {
      await t.test(`killed ${moment} call ${index + 1}, ${action}`, async (t) => {
        const node = await refused(t);
        await runUntilKilled(node, moment, nth(index + 1));
        await letTimePass(node);
        const { exitCode, journal } = await node.run(['run']);
        t.equal(exitCode, 0, journal);
        await isWhole(t, node);
        const staying = attachedTo(node).filter(({ attachment }) => attachment?.status !== 'detaching');
        t.equal(staying.length, 2);
        t.equal(node.enis().length, 2, 'nothing else bears our tags');
      });
    }
  }
});

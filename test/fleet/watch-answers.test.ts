/** Answers of EC2 that worlds by chance do not have: an ENI has no room for one more address, listings do not agree. */
import t from 'tap';
import { Ec2Error } from '../../agent/ec2/port.ts';
import type { Wrap } from './watch/node.ts';
import type { PlannedMishap, WatchPlan } from './watch/plan.ts';
import { calmPlan } from './watch/scenarios.ts';
import { simulateWatch } from './watch/simulation.ts';

const at = 90_000;

/** All that anyone tries to give to the ENIs of these nodes is refused. */
function refused(isRefused: (eniId: string, ownEniId: string, name: string) => boolean): Wrap {
  return (context, { node }) => ({
    ...context,
    ec2: {
      ...context.ec2,
      async assignAddress(eniId, address, signal) {
        if (!isRefused(eniId, node.place.link.eniId, node.name)) {
          return context.ec2.assignAddress(eniId, address, signal);
        }
        await context.clock.sleep(120, signal);
        const message = 'Number of private addresses will exceed limit.';
        throw new Ec2Error('AssignPrivateIpAddresses', 'limit', 'PrivateIpAddressLimitExceeded', message);
      },
    },
  });
}

/** The first to take over cannot have it. */
const firstIsFull = refused((eniId, own, name) => name === 'n1' && eniId === own);

function planOf(mishap: PlannedMishap, more: Partial<WatchPlan>): WatchPlan {
  return { ...calmPlan, ...more, mishaps: [mishap] };
}

t.test('a living holder that a full node cannot reach is robbed once in a quarter of an hour', async (t) => {
  const forMs = 600_000;
  const plan = planOf(
    { at, what: 'cutPair', who: 'holder', forMs },
    { nodes: 2, calmAt: at + 20_000 + forMs },
  );
  const { verdict, moves, outages } = await simulateWatch(plan, { wrap: firstIsFull });
  t.equal(verdict, undefined);
  t.equal(moves, 0);
  t.equal(outages.length, 1, `${outages.map(({ ms }) => ms)} ms without service`);
  t.ok(outages.every(({ ms }) => ms < 2_500));
});

for (const seed of [1, 2, 3, 4]) {
  t.test(
    `a dead holder is noticed by the others, whatever a full node has done first: seed ${seed}`,
    async (t) => {
      const plan = planOf(
        { at, what: 'panic', who: 'holder' },
        { seed, ec2: { ...calmPlan.ec2, latencyMs: 300, consistencyMs: 650 }, calmAt: 110_000 },
      );
      const { moves, outages } = await simulateWatch(plan, { wrap: firstIsFull });
      t.equal(moves, 1);
      t.equal(outages.length, 1);
      const [{ ms = 0 } = {}] = outages;
      t.ok(ms < 12_000, `${ms} ms without service`);
    },
  );
}

t.test('a drained holder whom nobody can follow tries again, and not each minute', async (t) => {
  let tries = 0;
  const wrap = refused((eniId, own) => {
    const isOthers = eniId !== own;
    tries += isOthers ? 1 : 0;
    return isOthers;
  });
  const forMs = 1_200_000;
  const plan = planOf({ at, what: 'drain', who: 'holder', forMs }, { nodes: 2, calmAt: at + forMs + 20_000 });
  const { moves, outages } = await simulateWatch(plan, { wrap });
  t.equal(moves, 0);
  t.ok(tries >= 3 && tries <= 5, `${tries} tries in ${forMs / 60_000} minutes`);
  t.equal(outages.length, tries);
});

t.test('a holder whose instance EC2 does not list yet is not taken for gone', async (t) => {
  const untilMs = 60_000;
  const wrap: Wrap = (context) => ({
    ...context,
    ec2: {
      ...context.ec2,
      describeNodes: async (query, signal) =>
        context.clock.now() < untilMs && ('addresses' in query || 'eniIds' in query)
          ? []
          : context.ec2.describeNodes(query, signal),
    },
  });
  const { verdict, moves, outages } = await simulateWatch(calmPlan, { wrap });
  t.equal(verdict, undefined);
  t.equal(moves, 0);
  t.same(outages, []);
});

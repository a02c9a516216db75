import { type Trouble, type TroubleName, troubles } from './troubles.ts';
import { type Order, orders, type Starter, starters } from './user-data.ts';

export const failurePolicies = ['Block', 'Taint', 'Ignore'] as const;
export type FailurePolicy = (typeof failurePolicies)[number];

/** What becomes of kubelet at boot. */
export type Fate = 'held' | 'tainted' | 'started';

export interface Case {
  trouble: Trouble;
  failurePolicy: FailurePolicy;
  starter: Starter;
  order: Order;
  title: string;
  fate: Fate;
}

/** The table's cases of one trouble. */
export function casesOf(name: TroubleName): Case[] {
  const trouble: Trouble = troubles[name];
  return failurePolicies.flatMap((failurePolicy) =>
    starters.flatMap((starter) =>
      orders.map((order) => {
        const title = `${name}, ${failurePolicy}, ${starter}, ${order}`;
        return { trouble, failurePolicy, starter, order, title, fate: fateOf(trouble, failurePolicy) };
      }),
    ),
  );
}

function fateOf({ exitCode, policyDecides }: Trouble, failurePolicy: FailurePolicy): Fate {
  if (policyDecides) {
    return ({ Block: 'held', Taint: 'tainted', Ignore: 'started' } as const)[failurePolicy];
  }
  // A run that was killed begins again, and comes to its end.
  return exitCode === 0 || exitCode === undefined ? 'started' : 'held';
}

import type { Chance } from '../chance.ts';
import type { OtherPlan } from './model.ts';

/** Draws who else is at work in the subnets. */
export function drawOthers(chance: Chance, subnets: number, nodes: number, untilMs: number): OtherPlan[] {
  if (chance.yes(0.4)) {
    return [];
  }
  const at = () => chance.between(0, untilMs);
  const some = (share: number, most: number) => (chance.yes(share) ? chance.between(1, most) : 0);
  const hold = () => chance.pick([500, 10_000, 120_000, 3_600_000]);
  return [
    ...chance.some(
      some(0.5, 8),
      (): OtherPlan => ({
        kind: 'claim',
        at: at(),
        subnet: chance.between(0, subnets - 1),
        where: chance.pick(['lowest', 'lowest', 'anywhere', 'highest'] as const),
        holdMs: hold(),
        seed: chance.seed(),
      }),
    ),
    ...chance.some(
      some(0.5, 5),
      (): OtherPlan => ({ kind: 'snipe', nth: chance.between(1, 2 * nodes + 2), holdMs: hold() }),
    ),
    ...chance.some(
      some(0.5, 6),
      (): OtherPlan => ({
        kind: 'pods',
        at: at(),
        node: chance.between(0, nodes - 1),
        count: chance.between(1, 6),
        prefix: chance.yes(0.3),
      }),
    ),
    ...chance.some(
      some(0.15, 2),
      (): OtherPlan => ({
        kind: 'drain',
        at: at(),
        forMs: chance.between(5_000, 40_000),
        share: chance.pick([0.5, 0.95, 1.5]),
      }),
    ),
    ...chance.some(some(0.15, 3), (): OtherPlan => ({ kind: 'delete', at: at(), seed: chance.seed() })),
    ...chance.some(
      some(0.4, 3),
      (): OtherPlan => ({
        kind: 'sweep',
        at: at(),
        intervalMs: chance.pick([30_000, 90_000]),
        seed: chance.seed(),
      }),
    ),
  ];
}

import { disturbances } from './disturbances.ts';
import type { Cell } from './matrix.ts';
import { scenarios } from './scenarios.ts';
import { story } from './story.ts';
import { undisturbed } from './undisturbed.ts';

/** After these, all that comes is fragile: the world knows more than the agent, or less. */
const firsts: readonly { scenario: string; step: string; column: string }[] = [
  { scenario: 'two interfaces', step: 'writeIntent eth1', column: 'kill after' },
  { scenario: 'two interfaces', step: 'CreateNetworkInterface eth1', column: 'answer lost' },
  { scenario: 'two interfaces', step: 'CreateNetworkInterface eth1', column: 'kill after' },
  { scenario: 'two interfaces', step: 'CreateNetworkInterface eth1', column: 'kill late' },
  { scenario: 'two interfaces', step: 'AttachNetworkInterface eth2', column: 'kill after' },
  { scenario: 'dual stack', step: 'CreateNetworkInterface eth1', column: 'kill after' },
  { scenario: 'existing', step: 'AttachNetworkInterface pool', column: 'kill after' },
  { scenario: 'taking back', step: 'DeleteNetworkInterface eth2', column: 'kill after' },
  { scenario: 'taking back', step: 'DetachNetworkInterface eth1', column: 'kill after' },
  { scenario: 'handing back', step: 'DeleteTags pool', column: 'kill after' },
  { scenario: 'release', step: 'DeleteTags pool', column: 'kill after' },
];
const seconds = ['kill before', 'kill after'];

/** A disturbance, and a kill at each of the steps that follow it, in the same run or in the next. */
export async function pairs(worlds: readonly number[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const { scenario: name, step, column } of firsts) {
    const scenario = scenarios.find((each) => each.name === name);
    const disturbance = disturbances.find((each) => each.column === column && each.extent === 'once');
    if (scenario === undefined || disturbance === undefined) {
      throw new Error(`no ${column} in ${name}`);
    }
    for (const consistencyMs of worlds) {
      const whole = await undisturbed(scenario, consistencyMs);
      const first = { step: { name: step, nth: 1 }, disturbance };
      const { steps } = await story(whole, [first]);
      const at = steps.findIndex((each) => each.name === step && each.nth === 1);
      for (const second of steps.slice(at + 1)) {
        for (const kill of disturbances.filter((each) => seconds.includes(each.column))) {
          const { verdict } = await story(whole, [first, { step: second, disturbance: kill }]);
          cells.push({
            scenario: `${name}, after ${column} at ${step}`,
            consistencyMs,
            step: second,
            disturbance: kill,
            verdict,
          });
        }
      }
    }
  }
  return cells;
}

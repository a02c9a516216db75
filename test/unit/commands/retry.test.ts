import t from 'tap';
import { nextRetry } from '../../../agent/commands/run/retry.ts';
import { ExitCode } from '../../../agent/failure.ts';
import type { LastResult } from '../../../agent/report/result.ts';

function after(failures: number, fromSeconds: number): LastResult {
  return {
    state: 'read',
    result: {
      instanceId: 'i-1',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:10:00.000Z',
      ms: 600_000,
      exitCode: ExitCode.deadline,
      message: 'the deadline has passed',
      warnings: [],
      ec2Calls: {},
      interfaces: [],
      labels: {},
      gate: 'closed',
      retry: { failures, fromSeconds },
    },
  };
}

t.test('what time can heal is tried again, after pauses that grow up to a quarter of an hour', async (t) => {
  let last: LastResult = { state: 'absent' };
  const pauses: number[] = [];
  for (const failures of [1, 2, 3, 4, 5, 6, 7]) {
    const retry = nextRetry(ExitCode.noneFree, last);
    t.equal(retry?.failures, failures);
    pauses.push(retry?.fromSeconds ?? 0);
    last = after(failures, retry?.fromSeconds ?? 0);
  }
  t.same(pauses, [30, 60, 120, 240, 480, 900, 900]);
});

for (const [name, code] of Object.entries(ExitCode)) {
  const heals = ['noneFree', 'deadline', 'unreachable'].includes(name);
  t.test(`${name} is ${heals ? '' : 'not '}tried again`, async (t) => {
    t.equal(nextRetry(code, after(2, 60)) !== undefined, heals);
  });
}

import t from 'tap';
import { isScarce, untilTurn } from '../../../agent/ec2/pace.ts';
import { Ec2Error } from '../../../agent/ec2/port.ts';
import { withRetry } from '../../../agent/ec2/retry.ts';
import { silentLog } from '../../silent-log.ts';
import { virtualClock } from '../virtual-clock.ts';

const cases: readonly [string, string, number, number, number][] = [
  // action, ahead, since, now, ms until the turn
  ['within the burst', 'CreateNetworkInterface', 100, 0, 0],
  ['5 creates a second', 'CreateNetworkInterface', 150, 0, 10_000],
  ['5 attaches a second, behind a smaller burst', 'AttachNetworkInterface', 150, 0, 20_000],
  ['20 reads a second', 'DescribeSubnets', 150, 0, 2_500],
  ['time has passed', 'CreateNetworkInterface', 150, 4_000, 6_000],
  ['the turn has come', 'CreateNetworkInterface', 150, 14_000, 0],
  ['an action of which no ENI needs one', 'DeleteNetworkInterface', 1_000, 0, 0],
];
for (const [name, action, ahead, now, expected] of cases) {
  t.test(`until the turn: ${name}`, async (t) => {
    t.equal(untilTurn(action, { since: 0, ahead, inAll: ahead }, now), expected);
    t.equal(untilTurn(action, { since: 7_000, ahead, inAll: ahead }, now + 7_000), expected);
    t.equal(untilTurn(action, undefined, now), 0);
  });
}

t.test('calls are scarce where more are to be made than EC2 lets through at once', async (t) => {
  const pace = { since: 0, ahead: 0, inAll: 51 };
  t.ok(isScarce('AttachNetworkInterface', pace));
  t.notOk(isScarce('AttachNetworkInterface', { ...pace, inAll: 50 }));
  t.notOk(isScarce('CreateNetworkInterface', pace), 'a larger bucket');
  t.notOk(isScarce('DeleteNetworkInterface', pace), 'an action of which no ENI needs one');
  t.notOk(isScarce('AttachNetworkInterface', undefined));
});

async function attempts(ahead: number | undefined, until: number): Promise<number[]> {
  const clock = virtualClock();
  const at: number[] = [];
  const throttled = new Ec2Error('CreateNetworkInterface', 'throttled', 'RequestLimitExceeded', 'Words');
  await withRetry(
    async () => {
      at.push(clock.now());
      if (clock.now() < until) {
        throw throttled;
      }
    },
    {
      clock,
      random: () => 0.5,
      signal: clock.deadline(600_000),
      log: silentLog,
      subject: 'create',
      pace: Promise.resolve(ahead === undefined ? undefined : { since: 0, ahead, inAll: ahead }),
    },
  );
  return at;
}

t.test('what is throttled comes again on the way to its turn, and then soon', async (t) => {
  const at = await attempts(1_100, 210_000);
  t.strictSame(at.slice(0, 4), [0, 150_000, 187_500, 196_875], 'three quarters of what is left');
  const inTurn = at.filter((time) => time >= 200_000);
  t.ok(
    inTurn.every((time, index) => time - (inTurn[index - 1] ?? time) <= 5_000),
    'never more than 5 s between two tries',
  );
});

t.test('a node that knows of no others backs off further', async (t) => {
  const at = await attempts(undefined, 60_000);
  t.ok(at.some((time, index) => time - (at[index - 1] ?? time) > 5_000));
});

import fc from 'fast-check';
import t from 'tap';
import { Ec2Error, type ErrorClass } from '../../../agent/ec2/port.ts';
import { DeadlinePassed, withRetry } from '../../../agent/ec2/retry.ts';
import type { Log } from '../../../agent/report/log.ts';
import { virtualClock } from '../virtual-clock.ts';

const passing: readonly ErrorClass[] = [
  'throttled',
  'transient',
  'unreachable',
  'notYet',
  'clock',
  'noCredentials',
];
const final: readonly ErrorClass[] = [
  'taken',
  'unusable',
  'full',
  'notFound',
  'indexTaken',
  'eniInUse',
  'tokenMismatch',
  'notPermitted',
  'limit',
  'invalid',
];

function world(deadline = 600_000) {
  const clock = virtualClock();
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Log = {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    progress: () => {},
  };
  const signal = clock.deadline(deadline);
  return { clock, log, lines, signal, random: () => 0.5, subject: 'attach eth1' };
}

const error = (errorClass: ErrorClass) => new Ec2Error('AttachNetworkInterface', errorClass, 'Code', 'Words');

t.test('goes on until it succeeds, and warns once for each class', async (t) => {
  const { lines, ...options } = world();
  const errors = [error('throttled'), error('throttled'), error('transient'), error('throttled')];
  const result = await withRetry(async () => {
    const next = errors.shift();
    if (next !== undefined) {
      throw next;
    }
    return 'attached';
  }, options);
  t.equal(result, 'attached');
  t.strictSame(lines, [
    'warn cannot attach eth1 yet, trying again: Words',
    'debug cannot attach eth1 yet, trying again: Words',
    'warn cannot attach eth1 yet, trying again: Words',
    'debug cannot attach eth1 yet, trying again: Words',
  ]);
});

t.test('what time cannot heal is thrown at once', async (t) => {
  for (const errorClass of final) {
    let calls = 0;
    const thrown = error(errorClass);
    const attempt = async () => {
      calls += 1;
      throw thrown;
    };
    await t.rejects(withRetry(attempt, world()), thrown, errorClass);
    t.equal(calls, 1);
  }
  const bug = new TypeError('a bug');
  await t.rejects(
    withRetry(() => Promise.reject(bug), world()),
    bug,
  );
});

t.test('patience ends: 30 s for what is not visible yet, minutes for a pending instance', async (t) => {
  for (const [code, ms] of [
    ['InvalidNetworkInterfaceID.NotFound', 30_000],
    ['IncorrectState', 300_000],
  ] as const) {
    const options = world();
    const thrown = new Ec2Error('AttachNetworkInterface', 'notYet', code, 'Words');
    await t.rejects(
      withRetry(() => Promise.reject(thrown), options),
      thrown,
    );
    t.equal(options.clock.now(), ms, 'one last attempt at the end, and no later');
  }
});

t.test('a minute as a pending instance takes nothing from the patience with what comes then', async (t) => {
  const { clock, ...options } = world();
  const code = () => (clock.now() < 60_000 ? 'IncorrectState' : 'InvalidNetworkInterface.InUse');
  const attempt = async () => {
    if (clock.now() < 80_000) {
      throw new Ec2Error('AttachNetworkInterface', 'notYet', code(), 'Words');
    }
  };
  await t.resolves(withRetry(attempt, { ...options, clock }));
});

t.test('what shows after a second costs three calls, and less than a second more', async (t) => {
  const { clock, ...options } = world();
  let calls = 0;
  await withRetry(
    async () => {
      calls += 1;
      if (clock.now() < 1_000) {
        throw new Ec2Error('AttachNetworkInterface', 'notYet', 'InvalidNetworkInterfaceID.NotFound', 'Words');
      }
    },
    { ...options, clock },
  );
  t.equal(calls, 3);
  t.ok(clock.now() < 2_000, `done after ${clock.now()} ms`);
});

t.test('a minute of throttling is outlasted, with few calls', async (t) => {
  const { clock, lines, ...options } = world();
  let calls = 0;
  await withRetry(
    async () => {
      calls += 1;
      if (clock.now() < 60_000) {
        throw error('throttled');
      }
    },
    { ...options, clock, random: () => 0.999 },
  );
  t.ok(clock.now() >= 60_000 && clock.now() < 80_000, `done after ${clock.now()} ms`);
  t.ok(calls < 12, `${calls} calls`);
  t.equal(lines.filter((line) => line.startsWith('warn')).length, 1, 'one warning');
});

t.test('at the deadline the last answer is what the user hears', async (t) => {
  const last = error('unreachable');
  const attempt = () => Promise.reject(last);
  const thrown = await withRetry(attempt, world()).catch((reason: unknown) => reason);
  t.ok(thrown instanceof DeadlinePassed && thrown.last === last);
  const late = world(0);
  await late.clock.sleep(1);
  const calls: string[] = [];
  const counted = async () => calls.push('sent');
  await t.rejects(withRetry(counted, late), { name: 'DeadlinePassed', last: undefined, wasSent: false });
  t.strictSame(calls, [], 'nothing is sent after the deadline');
});

t.test('a call that the deadline cuts short is the deadline, not a bug', async (t) => {
  const options = world();
  const attempt = async (signal: AbortSignal) => {
    await options.clock.sleep(700_000, signal);
  };
  await t.rejects(withRetry(attempt, options), { name: 'DeadlinePassed', wasSent: true });
});

t.test('property: no attempt starts after the deadline, and pauses stay within their caps', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...passing), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.double({ min: 0.1, max: 0.999, noNaN: true }),
      async (classes, deadline, fraction) => {
        const options = { ...world(deadline), random: () => fraction };
        const starts: number[] = [];
        const attempt = async () => {
          starts.push(options.clock.now());
          throw error(classes[starts.length % classes.length] ?? 'transient');
        };
        const thrown = await withRetry(attempt, options).catch((reason: unknown) => reason);
        const pauses = starts.slice(1).map((start, i) => start - (starts[i] ?? 0));
        return (
          (thrown instanceof DeadlinePassed || thrown instanceof Ec2Error) &&
          starts.every((start) => start < deadline || deadline === 0) &&
          pauses.every((pause) => pause <= 20_000)
        );
      },
    ),
    { numRuns: 100 },
  );
});

/** Handing over is bounded, from the signal on. */
import t from 'tap';
import { endsInTime } from '../../../../agent/commands/nodeport/stop.ts';
import { handClock } from '../../hand-clock.ts';

function watched(work: Promise<void>) {
  const { clock, until } = handClock();
  const stop = new AbortController();
  const outcome: (boolean | string)[] = [];
  endsInTime(clock, work, stop.signal, 10_000).then(
    (inTime) => outcome.push(inTime),
    (error: Error) => outcome.push(error.message),
  );
  return { stop: () => stop.abort(), until, outcome };
}

t.test('work that ends by itself', async (t) => {
  const { until, outcome } = watched(Promise.resolve());
  await until(0);
  t.strictSame(outcome, [true]);
});

t.test('work that goes on is left alone until the signal, and then so long', async (t) => {
  const { stop, until, outcome } = watched(new Promise(() => undefined));
  await until(3_600_000);
  t.strictSame(outcome, []);
  stop();
  await until(3_609_999);
  t.strictSame(outcome, []);
  await until(3_610_001);
  t.strictSame(outcome, [false]);
});

t.test('work that ends within the bound', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stop, until, outcome } = watched(promise);
  stop();
  await until(9_000);
  resolve();
  await until(9_001);
  t.strictSame(outcome, [true]);
});

t.test('work that fails', async (t) => {
  const { until, outcome } = watched(Promise.reject(new Error('no way')));
  await until(0);
  t.strictSame(outcome, ['no way']);
});

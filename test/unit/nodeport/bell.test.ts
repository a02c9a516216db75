/** What wakes a loop. */
import t from 'tap';
import { Bell } from '../../../agent/nodeport/bell.ts';
import { VirtualTime } from '../../fleet/virtual-time.ts';

const never = new AbortController().signal;

t.test('a ring while nobody waits is heard by the next who does', async (t) => {
  const time = new VirtualTime();
  const bell = new Bell();
  bell.ring();
  bell.ring();
  await time.run(bell.heard(time, 1_000, never));
  t.equal(time.now(), 0);
  await time.run(bell.heard(time, 1_000, never));
  t.equal(time.now(), 1_000, 'once');
});

t.test('a ring, a signal or the time ends the wait, whichever comes first', async (t) => {
  const time = new VirtualTime();
  const bell = new Bell();
  time.at(100, () => bell.ring());
  await time.run(bell.heard(time, 1_000, never));
  t.equal(time.now(), 100);
  const over = new AbortController();
  time.at(200, () => over.abort());
  await time.run(bell.heard(time, undefined, over.signal));
  t.equal(time.now(), 200);
  await time.run(bell.heard(time, undefined, over.signal));
  t.equal(time.now(), 200, 'at once where it is over already');
});

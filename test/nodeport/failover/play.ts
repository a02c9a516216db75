/** Plays one case: `play.ts CASE SEED PROGRAM…`, as `runCase` starts it. Prints its outcome as JSON. */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { monotonicNow } from '../../bench/measured.ts';
import { enterFabric } from '../bench/namespaces.ts';
import type { Case } from './case.ts';
import { cases } from './cases.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { addresses, createScene, type Scene, within } from './scene.ts';

const [name = '', seed = '1', file = '', ...args] = process.argv.slice(2);
await enterFabric(import.meta.url);
const found = cases.find((each) => each.name === name);
if (found === undefined) {
  throw new Error(`no such case: ${name}`);
}
try {
  writeSync(1, JSON.stringify(await play(found)));
  process.exit();
} catch (error) {
  // The process may end before a stream has written.
  writeSync(2, `${inspect(error)}\n`);
  process.exit(1);
}

async function play(each: Case): Promise<Outcome> {
  const {
    nodes = 3,
    version = 4,
    probesService = false,
    dropsAtOnce = false,
    quietMs = 1_000,
    tailMs = 3_000,
  } = each;
  const scene = await createScene({
    nodes,
    version,
    probesService,
    dropsAtOnce,
    program: [file, ...args],
    seed: Number(seed),
  });
  const quietSince = monotonicNow();
  await delay(quietMs);
  const eventAt = monotonicNow();
  await each.happen(scene);
  if (each.moves > 0) {
    await moved(scene);
  }
  await each.afterwards?.(scene);
  await delay(tailMs);
  return outcomeOf(scene, addresses[version], quietSince, eventAt);
}

/** Another node answers, for a second. */
async function moved({ answers, holder }: Scene): Promise<void> {
  const isAnother = () => {
    const [last, now] = [answers.at(-1), monotonicNow()];
    const former = answers.findLast(({ node }) => node === holder.node.name);
    return (
      last !== undefined &&
      last.node !== holder.node.name &&
      now - (former?.at ?? 0) > 1_000 &&
      now - last.at < 500
    );
  };
  await within(90_000, 'another node answers', isAnother);
}

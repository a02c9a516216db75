import { Chance } from '../chance.ts';
import type { Director } from './director.ts';
import { calmFault } from './judge-calm.ts';
import { describesFault, endFault, isAble } from './judge-end.ts';
import type { Stage } from './node.ts';
import type { Outages } from './outages.ts';
import { giveAddress, strangersEni } from './site.ts';

/** After the last that happens, in ms: until then all must be well again. */
const settlingMs = 240_000;

/** And then nothing at all happens for so long. */
const quietMs = 240_000;

/** An address that has moved often stays for so long where it is. */
const hourMs = 3_700_000;

/** Of a node in a quiet time. An ENI that is at no instance takes a second one to be seen. */
const describesPerMinute = { node: 1, nobody: 1, stranger: 2 };

/** Nodes that were launched together are up within so many ms. */
const startsMs = 2_000;

/** From the first node to the last judgement. */
export async function play(stage: Stage, director: Director, outages: Outages): Promise<void> {
  const { plan, region, judge } = stage;
  const { time } = region;
  setUp(stage, director);
  await Promise.all([...plan.mishaps.map((each) => director.play(each)), time.sleep(plan.calmAt)]);
  await time.sleep(settlingMs);
  const faults = () => plan.addresses.map((each) => endFault(director.nodes, each, director.holderEni(each)));
  if (judge.hasMovedOften && faults().some((each) => each !== undefined)) {
    await time.sleep(hourMs);
  }
  if (plan.firstHolder !== 'stranger') {
    judge.breaks(
      'in the end',
      faults().find((each) => each !== undefined),
    );
  }
  const from = time.now();
  const movesBefore = judge.moves.length;
  await time.sleep(quietMs);
  for (const node of director.nodes.filter(isAble)) {
    const calls = judge.calls.get(node.place.instanceId) ?? [];
    judge.breaks(node.name, describesFault(calls, [from, time.now()], describesPerMinute[plan.firstHolder]));
  }
  // Who is drained goes on trying: nobody may have been there to hand it to.
  const isDrained = (eniId: string | undefined) =>
    director.nodes.some(({ place, isDraining }) => place.link.eniId === eniId && isDraining);
  const idle = judge.moves.slice(movesBefore).filter(({ from }) => !isDrained(from));
  judge.breaks('in the end', idle.length > 0 ? 'an address moves for nothing' : undefined);
  if (plan.isCalm) {
    const { moves } = judge;
    const others = director.nodes.filter(isAble);
    const couldMove = others.length > 1;
    judge.breaks(
      'a calm world',
      calmFault(plan, { moves, outages: [...outages.all, ...outages.open], couldMove }),
    );
  }
}

function setUp({ plan, region, judge }: Stage, director: Director): void {
  const { world, time } = region;
  const chance = new Chance(plan.seed ^ 0xa9e);
  for (let n = 0; n < plan.nodes; n += 1) {
    director.add(plan.isCalm ? 600_000 + 60_000 * n : chance.weighted([3, 1_000_000], [1, 5_000]));
  }
  for (const address of plan.addresses) {
    const eniId = {
      node: () => chance.pick(director.nodes).place.link.eniId,
      stranger: () => strangersEni(world).id,
      nobody: () => undefined,
    }[plan.firstHolder]();
    if (eniId !== undefined) {
      giveAddress(world, eniId, address);
    }
    judge.begin(address, eniId);
  }
  for (const node of director.nodes) {
    time.at(chance.between(0, startsMs), () => node.start());
  }
}

import { backoff } from '../../../backoff.ts';
import type { Eni } from '../../../claim/facts.ts';
import { Ec2Error } from '../../../ec2/port.ts';
import { ExitCode, Failure } from '../../../failure.ts';
import { hasSecondary, heldBy, holderOf, nextOf } from '../../../plan/node-port-holders.ts';
import { exhausted } from '../../../plan/node-port-outlook.ts';
import type { InterfacePlan, NodePortPlan } from '../../../plan/steps.ts';
import { ask } from '../ask.ts';
import type { RunContext } from '../context.ts';
import type { AddressWork } from './claim.ts';
import { lookWhoHolds } from './look.ts';

/** EC2's listings are behind by seconds: for so long, in ms, they may not show what was assigned to this node's ENI. */
const shownMs = 10_000;
const looking = { base: 250, cap: 2_000 };

/**
 * The address of the list that this node's ENI has, else the first that nobody holds, which EC2 assigns to it: EC2 is the
 * lock, and nothing is taken from anyone. Throws a `Failure` (5) where all are held.
 */
export async function claimPerNode(
  context: RunContext,
  work: AddressWork,
  list: readonly string[],
): Promise<string> {
  const { log, random } = context;
  const { plan, eni, own, earlier, note } = work;
  const { name } = plan;
  const kept = list.find((address) => own.includes(address));
  if (kept !== undefined) {
    log.info(`${name}: ${kept} is on ${eni.id} already`, { interface: name, address: kept, eni: eni.id });
    return kept;
  }
  const tried = new Set<string>();
  for (let holders = work.holders; ; ) {
    const free = list.filter((each) => !tried.has(each) && holderOf(each, holders) === undefined);
    const search = { holders, tried, ahead: plan.ahead, collisions: tried.size };
    // A run that was killed may have been given the one that it noted last, though no listing shows it yet.
    const address = earlier.findLast((each) => free.includes(each)) ?? nextOf(list, search, random);
    if (address === undefined) {
      throw noneLeft(name, list, holders, tried);
    }
    await note([address]);
    const { isOurs, mayBeOurs } = await assign(context, work, address);
    const fields = { interface: name, address, eni: eni.id };
    if (isOurs) {
      log.info(`${name}: assigned ${address} to ${eni.id}`, fields);
      return address;
    }
    tried.add(address);
    holders = await lookAfter(context, work, list, address, mayBeOurs);
    const had = list.find((each) => holders.some((one) => one.id === eni.id && hasSecondary(one, each)));
    if (had !== undefined) {
      log.info(`${name}: ${had} is on ${eni.id}`, { ...fields, address: had });
      return had;
    }
    log.info(`${name}: ${address} cannot be had: ${heldBy(address, holders)}`, fields);
  }
}

async function assign(
  context: RunContext,
  { plan: { name, leaving }, eni, earlier }: AddressWork,
  address: string,
): Promise<{ isOurs: boolean; mayBeOurs: boolean }> {
  const { clock } = context;
  let mayBeOurs = earlier.includes(address);
  // What this run has just taken off another ENI, EC2 may not know everywhere to be free.
  const freeBy = leaving.some((each) => each.address === address) ? clock.now() + shownMs : clock.now();
  const outcome = await ask(
    context,
    `assign ${address} to ${eni.id} of ${name}`,
    async (signal) => {
      try {
        await context.ec2.assignAddress(eni.id, address, signal);
      } catch (error) {
        // The answer to a try that took effect may have been lost.
        mayBeOurs ||= error instanceof Ec2Error && error.class === 'transient';
        throw error instanceof Ec2Error && error.class === 'taken' && clock.now() < freeBy
          ? new Ec2Error(error.action, 'notYet', error.code, error.message, { cause: error })
          : error;
      }
    },
    ['taken'],
  );
  return { isOurs: !(outcome instanceof Ec2Error), mayBeOurs };
}

/** Who holds what by now. Where the refused address may be this ENI's own, not before EC2 shows whose it is. */
async function lookAfter(
  context: RunContext,
  { plan, subnet }: AddressWork,
  list: readonly string[],
  refused: string,
  mayBeOurs: boolean,
): Promise<Eni[]> {
  const { clock, random, signal } = context;
  const until = clock.now() + shownMs;
  for (let looks = 1; ; looks += 1) {
    const holders = await lookWhoHolds(context, plan, subnet.id, list);
    if (!mayBeOurs || holderOf(refused, holders) !== undefined || clock.now() >= until) {
      return holders;
    }
    await clock.sleep(backoff(looks, random, looking.base, looking.cap), signal).catch(() => undefined);
  }
}

/** Throws a `Failure` (5) for a list of which nothing is left, before an ENI is created in vain. */
export function checkLeft({ config: { name }, source }: InterfacePlan, nodePort: NodePortPlan): void {
  const list = exhausted(nodePort, source);
  if (list !== undefined) {
    throw noneLeft(name, list, nodePort.holders, new Set());
  }
}

function noneLeft(
  name: string,
  list: readonly string[],
  holders: readonly Eni[],
  tried: ReadonlySet<string>,
): Failure {
  const some = list.slice(0, 5).map((address) => `${address}: ${heldBy(address, holders)}`);
  const more = list.length > some.length ? `; and ${list.length - some.length} more` : '';
  return new Failure(
    ExitCode.noneFree,
    `${name}: no NodePort address is left of ${list.length} (${some.join('; ')}${more})` +
      `${tried.size === 0 ? '' : `, after ${tried.size} tries`}: a node keeps its own as long as it has its ENI. Add ` +
      'addresses to spec.nodePort, as many as there are nodes, and some more for their replacements',
  );
}

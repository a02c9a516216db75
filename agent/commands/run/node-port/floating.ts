import type { Subnet } from '../../../claim/facts.ts';
import { Ec2Error, type ErrorClass } from '../../../ec2/port.ts';
import { described, hasByPrefix, heldBy, holderOf, reserveThem } from '../../../plan/node-port-holders.ts';
import { ask } from '../ask.ts';
import type { RunContext } from '../context.ts';
import type { AddressWork } from './claim.ts';

/** What kubelet need not wait for: the watcher tries again. */
const trouble: readonly ErrorClass[] = ['throttled', 'transient', 'unreachable'];

/**
 * Has EC2 assign a floating address that nobody holds, unless a node of the group that was launched before this one is
 * about to. Where another has it, or EC2 is in trouble, this node is a candidate, and its watcher does the rest. That IAM
 * does not permit it is a `Failure` (4): it would come out as late as the first failover.
 */
export async function claimFloating(
  context: RunContext,
  { plan: { name, booting }, subnet, eni, own, holders }: AddressWork,
  address: string,
): Promise<void> {
  const { ec2, log } = context;
  const fields = { interface: name, address, eni: eni.id };
  const holder = holderOf(address, holders);
  const [first] = booting;
  if (own.includes(address)) {
    log.info(`${name}: ${address} is on ${eni.id} already`, fields);
  } else if (holder !== undefined && hasByPrefix(holder, address)) {
    log.warn(`${name}: ${address} can never be moved: ${heldBy(address, [holder])}. ${reserveThem}`);
  } else if (holder !== undefined) {
    log.info(`${name}: ${address} is held by ${described(holder)}: this node is a candidate`, fields);
  } else if (first !== undefined) {
    log.info(`${name}: ${address} is left to ${first}, launched before: this node is a candidate`, fields);
  } else {
    let attempts = 0;
    const outcome = await ask(
      context,
      `assign ${address} to ${eni.id} of ${name}`,
      async (signal) => {
        attempts += 1;
        try {
          return await ec2.assignAddress(eni.id, address, signal);
        } catch (error) {
          // Once more: a connection that was kept alive may have been reset meanwhile.
          const isLast = attempts > 1 || (error instanceof Ec2Error && error.class === 'throttled');
          if (isLast && error instanceof Ec2Error && trouble.includes(error.class)) {
            return error;
          }
          throw error;
        }
      },
      ['taken'],
    );
    if (!(outcome instanceof Ec2Error)) {
      log.info(`${name}: assigned ${address} to ${eni.id}`, fields);
    } else if (outcome.class === 'taken') {
      await tellHolder(context, name, subnet, address);
    } else {
      log.warn(
        `cannot assign ${address} to ${eni.id} of ${name} now: ${outcome.message}; left to the watcher`,
      );
    }
  }
}

/** Where EC2 shows nobody: the holder's assign may be seconds old, or it is one that no watcher ever takes over from. */
async function tellHolder(context: RunContext, name: string, { id }: Subnet, address: string): Promise<void> {
  const { ec2, log, signal } = context;
  // One look, since kubelet waits for it.
  const holders = await ec2
    .describeEnis({ subnetIds: [id], addresses: [address] }, signal)
    .catch(() => undefined);
  const holder = holderOf(address, holders ?? []);
  if (holders === undefined || holder !== undefined) {
    const who = holder === undefined ? 'another' : described(holder);
    log.info(`${name}: ${address} is held by ${who} by now: this node is a candidate`, { interface: name });
  } else {
    log.warn(
      `${name}: ${address} cannot be had: ${heldBy(address, holders)}; or another node was given it a moment ago. If ` +
        `\`multus-bootstrap nodeport status\` keeps showing no holder: ${reserveThem}`,
    );
  }
}

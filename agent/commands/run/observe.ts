import type { Eni, Reservation } from '../../claim/facts.ts';
import { combine, ExitCode, exitCodeOf } from '../../failure.ts';
import type { StoredIntent } from '../../host/port.ts';
import type { Observation } from '../../plan/observation.ts';
import { tagKeys } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/** What is there before anything is changed: EC2's word and the host's, all asked for at once. */
export async function observe(context: RunContext): Promise<{ seen: Observation; intents: StoredIntent[] }> {
  const { ec2, host, config, instance } = context;
  const { instanceId, instanceType, zone } = instance;
  const subnetIds = distinct(config.interfaces.flatMap((each) => each.subnets));
  const named = subnetIds.join(', ');
  const intents = await host.readIntents(instanceId);
  const [subnets, inSubnets, reservations, attached, own, limits, links] = await together([
    ask(context, `look up ${named}`, (signal) => ec2.describeSubnets(subnetIds, signal)),
    ask(context, `list the ENIs of ${named}`, (signal) => ec2.describeEnis({ subnetIds, zone }, signal)),
    reservationsOf(context),
    ask(context, `list the ENIs of ${instanceId}`, (signal) =>
      ec2.describeEnis({ attachedTo: instanceId }, signal),
    ),
    intents.length === 0 ? [] : madeBefore(context),
    ask(context, `look up the limits of ${instanceType}`, (signal) => ec2.describeType(instanceType, signal)),
    host.links(),
  ]);
  const enis = [
    ...new Map([...inSubnets, ...own, ...attached].map((eni): [string, Eni] => [eni.id, eni])).values(),
  ];
  return { seen: { instance, subnets, enis, reservations, limits, links, intents }, intents };
}

/** What earlier runs made, also in subnets that the configuration does not name any more. */
function madeBefore(context: RunContext): Promise<Eni[]> {
  const { instanceId } = context.instance;
  return ask(context, `list the ENIs made for ${instanceId}`, (signal) =>
    context.ec2.describeEnis({ tags: { [tagKeys.instanceId]: instanceId } }, signal),
  );
}

/** Subnets of other zones included: waiting to know which they are would cost the boot a round trip. */
async function reservationsOf(context: RunContext): Promise<Reservation[]> {
  const claimed = context.config.interfaces.filter((each) => each.ipv4.mode === 'FirstFree');
  const lists = await Promise.all(
    distinct(claimed.flatMap((each) => each.subnets)).map((id) =>
      ask(
        context,
        `list the CIDR reservations of ${id}`,
        (signal) => context.ec2.describeReservations(id, signal),
        // A subnet that does not exist is told of by the plan, with the others.
        ['notFound'],
      ),
    ),
  );
  return lists.flatMap((list) => (Array.isArray(list) ? list : []));
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** As `Promise.all`, but a role that lacks several permissions is told of all of them at once. */
async function together<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(promises);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const denied = failures.filter((failure) => exitCodeOf(failure) === ExitCode.notPermitted);
  if (failures.length > 0) {
    throw denied.length > 0 ? combine(denied) : failures[0];
  }
  return Promise.all(promises);
}

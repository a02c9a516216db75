import type { Eni } from '../../claim/facts.ts';
import type { StoredIntent } from '../../host/port.ts';
import type { Observation } from '../../plan/observation.ts';
import { tagKeys } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import {
  byId,
  distinct,
  enisIn,
  idsInZone,
  reservationsOf,
  selectedEnis,
  taggedSubnets,
} from './configured.ts';
import type { RunContext } from './context.ts';
import { together } from './together.ts';

/** What is there before anything is changed: EC2's word and the host's, all asked for at once. */
export async function observe(context: RunContext): Promise<{ seen: Observation; intents: StoredIntent[] }> {
  const { ec2, host, config, instance } = context;
  const { instanceId, instanceType } = instance;
  const intents = await host.readIntents(instanceId);
  const created = config.interfaces.filter((each) => each.existing === undefined);
  const ids = distinct(created.flatMap((each) => each.subnets));
  // Which subnets have the tags must be known before their ENIs can be asked for; ids are known at once.
  const tagged = taggedSubnets(context, created);
  const listing = tagged.then((subnets) => enisIn(context, [...ids, ...idsInZone(context, subnets)]));
  const [named, byTags, inSubnets, reservations, attached, own, selected, limits, links] = await together([
    ids.length === 0
      ? []
      : ask(context, `look up ${ids.join(', ')}`, (signal) => ec2.describeSubnets({ ids }, signal)),
    tagged,
    listing,
    tagged.then((subnets) => reservationsOf(context, created, subnets)),
    ask(context, `list the ENIs of ${instanceId}`, (signal) =>
      ec2.describeEnis({ attachedTo: instanceId }, signal),
    ),
    intents.length > 0
      ? madeBefore(context)
      : listing.then(({ isCut }) => (isCut ? madeBefore(context) : [])),
    selectedEnis(context),
    ask(context, `look up the limits of ${instanceType}`, (signal) => ec2.describeType(instanceType, signal)),
    host.links(),
  ]);
  const enis = byId([...inSubnets.enis, ...selected, ...own, ...attached]);
  const seen: Observation = {
    instance,
    subnets: byId([...named, ...byTags]),
    enis,
    isCut: inSubnets.isCut,
    reservations,
    limits,
    links,
    intents: intents.filter((intent) => intent.kind === 'create'),
    claims: intents.filter((intent) => intent.kind === 'claim'),
  };
  return { seen, intents };
}

/** What earlier runs made: also behind a listing that was cut, or in subnets that are not configured any more. */
function madeBefore(context: RunContext): Promise<Eni[]> {
  const { instanceId } = context.instance;
  return ask(context, `list the ENIs made for ${instanceId}`, (signal) =>
    context.ec2.describeEnis({ tags: { [tagKeys.instanceId]: instanceId } }, signal),
  );
}

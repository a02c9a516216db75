import type { Eni, Launch } from '../../claim/facts.ts';
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
import { launchedWith, paceAmong } from './launches.ts';
import { subnetsOfVpc, withSubnets } from './node-port/subnets.ts';
import { untilTakenBackIsShown } from './taking-back.ts';
import { together } from './together.ts';

/** By then the questions are on their way, in ms: the start of `ip` holds them up by as much as one takes to be made. */
const sentMs = 30;

/** What is there before anything is changed: EC2's word and the host's, all asked for at once. */
export async function observe(context: RunContext): Promise<{ seen: Observation; intents: StoredIntent[] }> {
  const { ec2, host, config, instance, clock } = context;
  const { instanceType } = instance;
  const [intents, addressClaims] = await Promise.all([
    host.readIntents(instance.instanceId),
    host.nodePortFiles.claims(instance.instanceId),
  ]);
  await untilTakenBackIsShown(context, intents);
  const created = config.interfaces.filter((each) => each.existing === undefined);
  const launches = intents.length > 0 ? Promise.resolve([]) : launchedWith(context);
  context.pace = paceAmong(context, launches, created.length);
  const ids = distinct(created.flatMap((each) => each.subnets));
  const named =
    ids.length === 0
      ? Promise.resolve([])
      : ask(context, `look up ${ids.join(', ')}`, (signal) => ec2.describeSubnets({ ids }, signal));
  // Which subnets have the tags must be known before their ENIs can be asked for; ids are known at once.
  const tagged = taggedSubnets(context, created);
  const listing = tagged.then((subnets) => enisIn(context, [...ids, ...idsInZone(context, subnets)]));
  const [byIds, byTags, ofVpc, inSubnets, reservations, launched, attached, own, selected, limits, links] =
    await together([
      named,
      tagged,
      subnetsOfVpc(context),
      listing,
      tagged.then((subnets) => reservationsOf(context, created, subnets, named)),
      launches,
      // Whoever has claimed NodePort addresses may have tagged the primary ENI too.
      addressClaims.length > 0 ? attachedTo(context) : launches.then((known) => attachedEnis(context, known)),
      intents.length > 0
        ? madeBefore(context)
        : listing.then(({ isCut }) => (isCut ? madeBefore(context) : [])),
      selectedEnis(context),
      ask(context, `look up the limits of ${instanceType}`, (signal) =>
        ec2.describeType(instanceType, signal),
      ),
      clock.sleep(sentMs).then(() => host.links()),
    ]);
  const enis = byId([...inSubnets.enis, ...selected, ...own, ...attached]);
  const seen = await withSubnets(context, {
    instance,
    subnets: byId([...byIds, ...byTags, ...ofVpc]),
    enis,
    isCut: inSubnets.isCut,
    reservations,
    launches: launched,
    limits,
    links,
    intents: intents.filter((intent) => intent.kind === 'create'),
    claims: intents.filter((intent) => intent.kind === 'claim'),
    addressClaims,
  });
  return { seen, intents };
}

/**
 * What is attached to this instance. The listing of the launches tells it, as long as it is the primary ENI alone, and
 * bears no tags of ours: those it does not tell.
 */
async function attachedEnis(context: RunContext, launches: readonly Launch[]): Promise<Eni[]> {
  const { instanceId } = context.instance;
  const own = launches.find((each) => each.instanceId === instanceId)?.enis ?? [];
  return own.length === 1 ? own : attachedTo(context);
}

function attachedTo(context: RunContext): Promise<Eni[]> {
  const { instanceId } = context.instance;
  return ask(context, `list the ENIs of ${instanceId}`, (signal) =>
    context.ec2.describeEnis({ attachedTo: instanceId }, signal),
  );
}

/** What earlier runs made: also behind a listing that was cut, or in subnets that are not configured any more. */
function madeBefore(context: RunContext): Promise<Eni[]> {
  const { instanceId } = context.instance;
  return ask(context, `list the ENIs made for ${instanceId}`, (signal) =>
    context.ec2.describeEnis({ tags: { [tagKeys.instanceId]: instanceId } }, signal),
  );
}

import { backoff } from '../../backoff.ts';
import type { Eni } from '../../claim/facts.ts';
import type { ExistingInterface } from '../../config/model.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { WantedLink } from '../../host/port.ts';
import { isAvailable, isSelected } from '../../plan/eni-source.ts';
import type { InterfacePlan, Source } from '../../plan/steps.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { claimTags, isClaimed, missingTags, noManage, tagKeys } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import { type Attached, attachEni } from './attach-eni.ts';
import type { RunContext } from './context.ts';

/** Between looks for one that has become available, in ms: a fleet's nodes all look, and EC2 allows 20 a second. */
const base = 1_000;
const cap = 15_000;

export interface Claimed {
  eni: Eni;
  link: WantedLink;
  attached: Attached;
}

/**
 * Attaches one of the ENIs that the user made beforehand. Several nodes may want the same one: only EC2's answer to
 * the attach decides, so an ENI gets this node's tags after it, and a loser leaves none. Waits, if the configuration
 * says so, for one that its last node has not let go yet. Throws a `Failure` (5) when none is to be had.
 *
 * @param prepare what must be done before a device can appear, for each ENI that is tried
 * @param noted told which ENI is being tried; undefined once it is lost to another node
 */
export async function claimExisting(
  context: RunContext,
  plan: InterfacePlan,
  { config, available: seen }: Extract<Source, { kind: 'claim' }>,
  prepare: (eni: Eni) => Promise<WantedLink>,
  noted: (eni: Eni | undefined) => void,
): Promise<Claimed> {
  const { clock, random, claims, log, instance, host } = context;
  const { name } = config;
  const until = clock.now() + config.existing.waitMs;
  let available = seen;
  for (let looks = 1; ; ) {
    const eni = pick(available, context, config);
    if (eni === undefined) {
      const left = until - clock.now();
      if (left <= 0) {
        throw await noneLeft(context, config);
      }
      log.progress(`${name}: waiting for an ENI with the tags ${tagText(config.existing.tags)}`);
      await clock.sleep(Math.min(left, base + backoff(looks, random, base, cap)), context.signal);
      looks += 1;
    } else {
      claims.enis.add(eni.id);
      noted(eni);
      await host.writeIntent({
        kind: 'claim',
        instanceId: instance.instanceId,
        interface: name,
        eniId: eni.id,
        mac: eni.mac,
      });
      // The VPC CNI would adopt an attached ENI without it.
      await setTags(context, name, eni, noManage);
      const link = await prepare(eni);
      const attached = await attachEni(context, plan, eni);
      if (attached !== undefined) {
        return { eni, link, attached };
      }
      noted(undefined);
      log.info(`${name}: another node was faster with ${eni.id}`, { interface: name, eni: eni.id });
    }
    available = (await matching(context, config)).filter(isAvailable);
  }
}

/** Gives an ENI that is attached here, and no one else's to take, the tags of its claim. */
export async function tagClaimed(context: RunContext, name: string, eni: Eni): Promise<void> {
  const { config, instance } = context;
  const tags = { ...noManage, ...claimTags(name, instance.instanceId, config.cluster) };
  await setTags(context, name, eni, tags);
}

async function setTags(
  context: RunContext,
  name: string,
  eni: Eni,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const tags = missingTags(eni, wanted);
  if (Object.keys(tags).length > 0) {
    await ask(context, `tag ${eni.id} for ${name}`, (signal) => context.ec2.createTags(eni.id, tags, signal));
  }
}

/** This interface's own of an earlier run, else any: nodes that all took the first would all but one be in vain. */
function pick(
  available: readonly Eni[],
  { claims, instance, random }: RunContext,
  { name }: ExistingInterface,
): Eni | undefined {
  const left = available.filter(({ id }) => !claims.enis.has(id));
  const own = left.find((eni) => isClaimed(eni, instance.instanceId) && eni.tags[tagKeys.interface] === name);
  return own ?? left[Math.floor(random() * left.length)];
}

async function matching(context: RunContext, config: ExistingInterface): Promise<Eni[]> {
  const { zone, vpcId } = context.instance;
  const { tags } = config.existing;
  const enis = await ask(context, `list the ENIs of ${zone} with the tags ${tagText(tags)}`, (signal) =>
    context.ec2.describeEnis({ tags, zone, vpcId }, signal),
  );
  return enis.filter((eni) => isSelected(eni, config, context));
}

async function noneLeft(context: RunContext, config: ExistingInterface): Promise<Failure> {
  const { name, existing } = config;
  const { zone, vpcId } = context.instance;
  const found = await matching(context, config);
  const inUse = found.filter((eni) => !isAvailable(eni));
  const holders = inUse
    .slice(0, 5)
    .map(({ id, attachment }) => `${id} by ${attachment?.instanceId ?? 'AWS'}`);
  const more = inUse.length > holders.length ? ` and ${inUse.length - holders.length} more` : '';
  const seen =
    found.length === 0
      ? 'there is none'
      : `${found.length} are there, none to be had${inUse.length > 0 ? ` (in use: ${holders.join(', ')}${more})` : ''}`;
  return new Failure(
    ExitCode.noneFree,
    `${name}: no available ENI with the tags ${tagText(existing.tags)} in ${zone} (${vpcId}): ${seen}, after ` +
      `${existing.waitMs / 1000} s. Make more of them there, correct existing.tags, or raise existing.wait`,
  );
}

import type { Eni } from '../../claim/facts.ts';
import type { ExistingInterface } from '../../config/model.ts';
import type { EniQuery } from '../../ec2/port.ts';
import type { Instance } from '../../plan/observation.ts';
import { isSelected } from '../../plan/selected.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { type AskContext, ask } from './ask.ts';
import type { RunContext } from './context.ts';

/** ENIs, and whether there are more of them. */
export interface Listing {
  enis: Eni[];
  isCut: boolean;
}

/**
 * Lists ENIs page by page, 1,000 each, so that a throttled page is asked for again by itself. After `pages` the
 * listing is cut: in a subnet with tens of thousands of ENIs all nodes of a fleet would ask for all of them.
 *
 * @param what for messages: `list the ENIs of subnet-1`
 */
export async function listEnis(
  context: AskContext,
  what: string,
  query: EniQuery,
  pages = Number.POSITIVE_INFINITY,
): Promise<Listing> {
  const enis: Eni[] = [];
  let next: string | undefined;
  for (let page = 1; page <= pages; page += 1) {
    const answer = await ask(context, what, (signal) => context.ec2.describeEniPage(query, next, signal));
    enis.push(...answer.enis);
    next = answer.next;
    if (next === undefined) {
      return { enis, isCut: false };
    }
  }
  return { enis, isCut: true };
}

/** The ENIs of a node's zone and VPC that have the tags, all of them. */
export function listTagged(
  context: AskContext,
  tags: Readonly<Record<string, string>>,
  { zone, vpcId }: Pick<Instance, 'zone' | 'vpcId'>,
): Promise<Eni[]> {
  return ask(context, `list the ENIs of ${zone} with the tags ${tagText(tags)}`, (signal) =>
    context.ec2.describeEnis({ tags, zone, vpcId }, signal),
  );
}

/** The ENIs made beforehand that an interface's configuration selects, available or not. */
export async function listSelected(context: RunContext, config: ExistingInterface): Promise<Eni[]> {
  const enis = await listTagged(context, config.existing.tags, context.instance);
  return enis.filter((eni) => isSelected(eni, config, context));
}

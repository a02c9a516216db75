import type { Eni } from '../../claim/facts.ts';
import type { EniQuery } from '../../ec2/port.ts';
import { type AskContext, ask } from './ask.ts';

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

import { ExitCode, Failure } from '../failure.ts';
import { interfaceOf, isAvailable, type Sourced } from './eni-source.ts';
import type { Observation } from './observation.ts';

/**
 * Names that our own devices bear for now are mended later; those of others are not ours to take. A device may be
 * there while EC2's listings do not show that its ENI is attached, or do not show it at all: hence the intents. One without an intent may be
 * going: only time tells.
 */
export function checkName(name: string, sources: readonly Sourced[], seen: Observation): void {
  const { primaryMac } = seen.instance;
  const own = seen.enis.filter((eni) => interfaceOf(eni, seen) !== undefined);
  const sourced = sources.flatMap(({ source }) => ('eni' in source ? [source.eni] : []));
  const ownMacs = [...own, ...sourced, ...seen.intents, ...seen.claims].map(({ mac }) => mac);
  const holder = seen.links.find(
    (link) => [link.name, ...link.alternativeNames].includes(name) && !ownMacs.includes(link.mac),
  );
  const leaving = seen.enis.find((eni) => eni.mac === holder?.mac && isAvailable(eni));
  if (leaving !== undefined) {
    throw new Failure(
      ExitCode.deadline,
      `${name}: the link of that name is ${leaving.id}'s, which EC2 shows as available: its detach, or an attach by ` +
        'another hand, has not ended yet. Run again once it has',
    );
  }
  if (holder !== undefined) {
    const whose = holder.mac === primaryMac ? 'the primary ENI' : `MAC ${holder.mac}`;
    const which = holder.name === name ? whose : `an alternative name of ${holder.name}, ${whose}`;
    throw new Failure(
      ExitCode.configuration,
      `${name}: this node has a link of that name already (${which}): choose another interfaces[].name`,
    );
  }
}

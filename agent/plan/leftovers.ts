import type { Eni } from '../claim/facts.ts';
import type { NodeConfig } from '../config/model.ts';
import { isAvailable, type Sourced } from './eni-source.ts';
import type { Observation, OpenIntent } from './observation.ts';
import { isSelected } from './selected.ts';
import { isClaimed, isOurs } from './tags.ts';
import { unsettled } from './unsettled.ts';

/** What an earlier run was about to create for interfaces that are not there to be created any more. */
export function abandoned(config: NodeConfig, seen: Observation): OpenIntent[] {
  const created = config.interfaces.filter(({ existing }) => existing === undefined);
  const names = created.map(({ name }) => name);
  return unsettled(seen).filter((intent) => !names.includes(intent.interface));
}

/**
 * What earlier runs of this instance made and no interface takes up, as long as nothing uses it: `available`,
 * or still `pending`.
 */
export function surplus(sources: readonly Sourced[], seen: Observation): Eni[] {
  const taken = sources.flatMap(({ source }) => ('eni' in source ? [source.eni.id] : []));
  return seen.enis.filter(
    (eni) => isOurs(eni, seen.instance.instanceId) && eni.attachment === undefined && !taken.includes(eni.id),
  );
}

/**
 * ENIs made beforehand that bear this instance's tags though they are not attached. Not those that an interface may
 * attach in the same run: handing back detaches them.
 */
export function unneeded(sources: readonly Sourced[], seen: Observation): Eni[] {
  return seen.enis
    .filter((eni) => isClaimed(eni, seen.instance.instanceId) && isAvailable(eni))
    .filter(
      (eni) => !sources.some(({ source }) => source.kind === 'claim' && isSelected(eni, source.config, seen)),
    );
}

import type { Eni } from '../claim/facts.ts';
import type { ExistingInterface } from '../config/model.ts';
import type { Observation } from './observation.ts';
import { hasTags, isMade, tagKeys } from './tags.ts';

/**
 * Whether `existing` means this ENI: in the node's zone and VPC, with all of the tags, and made by others than us and
 * the VPC CNI.
 */
export function isSelected(
  eni: Eni,
  { existing }: ExistingInterface,
  { instance }: Pick<Observation, 'instance'>,
): boolean {
  return (
    eni.zone === instance.zone &&
    eni.vpcId === instance.vpcId &&
    hasTags(eni, existing.tags) &&
    !isMade(eni) &&
    eni.tags[tagKeys.cni] === undefined
  );
}

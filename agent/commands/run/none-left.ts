import type { Eni } from '../../claim/facts.ts';
import type { ExistingInterface } from '../../config/model.ts';
import { ExitCode, Failure } from '../../failure.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import type { RunContext } from './context.ts';

/**
 * That no ENI made beforehand is to be had, as a `Failure` (5).
 *
 * @param found those that were listed last
 * @param ms how long the search has taken
 */
export function noneLeft(
  { instance: { zone, vpcId }, signal }: RunContext,
  { name, existing }: ExistingInterface,
  found: readonly Eni[],
  ms: number,
): Failure {
  const inUse = found.filter((eni) => !isAvailable(eni));
  const holders = inUse
    .slice(0, 5)
    .map(({ id, attachment }) => `${id} by ${attachment?.instanceId ?? 'AWS'}`);
  const more = inUse.length > holders.length ? ` and ${inUse.length - holders.length} more` : '';
  const users = inUse.length > 0 ? ` (in use: ${holders.join(', ')}${more})` : '';
  const seen = found.length === 0 ? 'there is none' : `${found.length} are there, none to be had${users}`;
  const isCut = signal.aborted && ms < existing.waitMs;
  const end = isCut ? `, when the deadline (timeout) passed; wait is ${existing.waitMs / 1000} s` : '';
  return new Failure(
    ExitCode.noneFree,
    `${name}: no available ENI with the tags ${tagText(existing.tags)} in ${zone} (${vpcId}): ${seen}, after ` +
      `${Math.round(ms / 1000)} s${end}. Make more of them there, correct existing.tags, or raise ` +
      `${isCut ? 'timeout' : 'existing.wait'}`,
  );
}

import type { Eni } from '../../claim/facts.ts';
import type { ExistingInterface } from '../../config/model.ts';
import { ExitCode, Failure } from '../../failure.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { distinct } from './configured.ts';
import type { RunContext } from './context.ts';

/**
 * That no ENI made beforehand is to be had, as a `Failure` (5).
 *
 * @param listed those that were listed last
 * @param isFit which of them can carry NodePort addresses of the interface, if there are any
 * @param ms how long the search has taken
 */
export function noneLeft(
  { instance: { zone, vpcId }, signal }: RunContext,
  { name, existing }: ExistingInterface,
  listed: readonly Eni[],
  isFit: (eni: Eni) => boolean,
  ms: number,
): Failure {
  const found = listed.filter(isFit);
  const unfit = listed.filter((eni) => !isFit(eni)).map(({ subnetId }) => subnetId);
  const inUse = found.filter((eni) => !isAvailable(eni));
  const holders = inUse
    .slice(0, 5)
    .map(({ id, attachment }) => `${id} by ${attachment?.instanceId ?? 'AWS'}`);
  const more = inUse.length > holders.length ? ` and ${inUse.length - holders.length} more` : '';
  const users = inUse.length > 0 ? ` (in use: ${holders.join(', ')}${more})` : '';
  const seen = found.length === 0 ? 'there is none' : `${found.length} are there, none to be had${users}`;
  const elsewhere =
    unfit.length === 0
      ? ''
      : `, and ${unfit.length} in ${distinct(unfit).join(', ')}, where none of its NodePort addresses is`;
  const isCut = signal.aborted && ms < existing.waitMs;
  const end = isCut ? `, when the deadline (timeout) passed; wait is ${existing.waitMs / 1000} s` : '';
  return new Failure(
    ExitCode.noneFree,
    `${name}: no available ENI with the tags ${tagText(existing.tags)} in ${zone} (${vpcId}): ${seen}${elsewhere}, after ` +
      `${Math.round(ms / 1000)} s${end}. Make more of them there, correct existing.tags, or raise ` +
      `${isCut ? 'timeout' : 'existing.wait'}`,
  );
}

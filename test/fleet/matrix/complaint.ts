import type { Blow } from './disturber.ts';
import { instanceId } from './place.ts';
import type { Scenario } from './scenarios.ts';
import type { Outcome, Stage } from './stage.ts';

/**
 * What is wrong with how a command has failed; undefined if nothing is.
 *
 * @param before the agent's ENIs before it
 */
export function complaintOf(
  stage: Stage,
  { cause }: Scenario,
  blows: readonly Blow[],
  { exitCode, message, joined }: Outcome & { kind: 'failed' },
  before: readonly string[],
): string | undefined {
  const isKilled = blows.some(
    ({ disturbance: { effect } }) => typeof effect === 'object' && 'kill' in effect,
  );
  // The next run begins while EC2 still shows what is gone: it waits for that in vain.
  const unshown = isKilled && stage.region.world.settings.consistencyMs > 0 ? [7, 9] : [];
  const exitCodes = [
    cause?.exitCode,
    ...unshown,
    ...blows.flatMap(({ disturbance }) => disturbance.exitCodes),
  ];
  if (!exitCodes.includes(exitCode)) {
    return `exit code ${exitCode} instead of ${exitCodes}: ${message}`;
  }
  const words = [
    cause?.code,
    ...blows.flatMap(({ step, disturbance: { code } }) => [code, step.action, step.name]),
  ];
  if (!words.some((word) => word !== undefined && message.includes(word)) && !/eth\d/.test(message)) {
    return `exit code ${exitCode} does not say what failed: ${message}`;
  }
  const left = ownEnis(stage).filter((id) => !before.includes(id));
  const isFinal = ![5, 7, 8].includes(exitCode);
  return isFinal && !joined && left.length > 0 && !/left as it is/.test(message)
    ? `exit code ${exitCode} leaves ${left}: ${message}`
    : undefined;
}

/** Those that the agent has made. */
export function ownEnis({ region }: Stage): string[] {
  return region.world.enis
    .filter(({ tags }) => tags['multus-bootstrap.io/instance-id'] === instanceId)
    .map(({ id }) => id);
}

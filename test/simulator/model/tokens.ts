import { ApiError } from './api-error.ts';
import { createEni, type EniRequest } from './new-eni.ts';
import type { Eni } from './records.ts';
import type { World } from './world.ts';

/**
 * Creates an ENI once a token: the same token with the same parameters answers with the same ENI, even one that
 * has been deleted meanwhile (a quirk: EC2 does not say).
 */
export function createEniOnce(world: World, token: string | undefined, request: EniRequest): Eni {
  if (token === undefined) {
    return createEni(world, request);
  }
  const fingerprint = JSON.stringify(request);
  const known = world.tokens.get(token);
  if (known !== undefined && world.clock.now() - known.at < world.settings.tokenMs) {
    if (known.fingerprint !== fingerprint) {
      throw new ApiError(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    const alive = world.store.findEni(known.eni.id);
    if (alive !== undefined) {
      return alive;
    }
    if (world.settings.quirks.deadToken === 'answersWithDeadEni') {
      return known.eni;
    }
  }
  const eni = createEni(world, request);
  world.tokens.set(token, { fingerprint, eni, at: world.clock.now() });
  return eni;
}

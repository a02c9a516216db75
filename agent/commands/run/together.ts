import { combine, ExitCode, exitCodeOf } from '../../failure.ts';

/** As `Promise.all`, but a role that lacks several permissions is told of all of them at once. */
export async function together<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(promises);
  const reasons = outcomes.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
  // Some of them may have waited for the same one.
  const failures = [...new Set(reasons)];
  const denied = failures.filter((failure) => exitCodeOf(failure) === ExitCode.notPermitted);
  if (failures.length > 0) {
    throw denied.length > 0 ? combine(denied) : failures[0];
  }
  return Promise.all(promises);
}

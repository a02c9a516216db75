import { parseDuration } from '../../config/fields.ts';
import { ExitCode, Failure } from '../../failure.ts';

/** Longer than EC2's listings are ever behind: an instance that was just launched may not be shown. */
const leastMs = 30_000;
const mostMs = 60 * 60_000;

/** The milliseconds between the two looks, from text as in `90s`. Throws a `Failure` (2). */
export function parseInterval(written: string): number {
  const ms = parseDuration(written);
  if (ms <= 0) {
    throw refusal(written, 'not a duration; write 90s, 2m or 1m30s');
  }
  if (ms < leastMs) {
    throw refusal(
      written,
      'too short: it protects instances that EC2 does not show yet from losing their ENIs; write at least 30s',
    );
  }
  if (ms > mostMs) {
    throw refusal(written, 'too long; write at most 60m');
  }
  return ms;
}

function refusal(written: string, why: string): Failure {
  return new Failure(ExitCode.usage, `--interval ${JSON.stringify(written)}: ${why}`);
}

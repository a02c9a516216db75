import { section } from './text-table.ts';

/** The last lines of a status: what is not known, and what differs; `agreement` where all is known and nothing does. */
export function findings(
  { unknown, differences }: { unknown: readonly string[]; differences: readonly string[] },
  agreement: string,
): string[] {
  const nothing = unknown.length === 0 ? agreement : 'what could be looked at agrees';
  return [
    ...section('could not be looked at', unknown),
    ...(differences.length === 0 ? [nothing] : section('differences', differences)),
  ];
}

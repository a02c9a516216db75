import { tryCommand } from '../command.ts';

/** One line that `ip` could not do, and what it said. */
export interface Complaint {
  line: string;
  said: string;
}

/** What `ip` answered to its lines, none of which keeps it from the next. */
export interface BatchResult {
  stdout: string;
  complaints: Complaint[];
}

/** Has one `ip` do all of these lines. */
export async function ipBatch(
  options: readonly string[],
  lines: readonly string[],
  signal: AbortSignal,
): Promise<BatchResult> {
  const args = [...options, '-force', '-batch', '-'];
  const result = await tryCommand('ip', args, signal, `${lines.join('\n')}\n`);
  return result.ok
    ? { stdout: result.stdout, complaints: [] }
    : { stdout: '', complaints: complaintsOf(lines, result.said) };
}

/** After what it has to say of a line, `ip` tells its number. */
function complaintsOf(lines: readonly string[], said: string): Complaint[] {
  const told = [...said.matchAll(/(.*?)^Command failed -:(\d+)$/gms)].map(([, text = '', number]) => ({
    line: lines[Number(number) - 1] ?? '',
    said: text.trim().replaceAll('\n', ' ').replace(/\.$/, ''),
  }));
  return told.length > 0 ? told : [{ line: lines[0] ?? '', said }];
}

/** What to do about it. */
export function remedy(said: string): string {
  if (said.includes('ENOENT')) {
    return 'install iproute2';
  }
  return said.includes('not permitted')
    ? 'run as root, with CAP_NET_ADMIN'
    : 'see `ip address`, `ip rule` and `journalctl -k` for what is in its way';
}

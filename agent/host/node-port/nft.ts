import { ExitCode, Failure } from '../../failure.ts';
import { tryCommand } from '../command.ts';
import { nftTable } from './layout.ts';
import { identityOf, type Ruleset } from './ruleset.ts';

/** Throws a `Failure` (9) if there is no `nft`, or the kernel does not let it work: to be known before anything is changed. */
export async function checkNft(signal?: AbortSignal): Promise<void> {
  const args = ['list', 'tables', 'inet'];
  const result = await tryCommand('nft', args, signal);
  if (!result.ok) {
    throw unusable(args, result.said);
  }
}

/**
 * The identity of the table that is there; undefined if there is none.
 *
 * @param isNeeded throws a `Failure` (9) if there is no `nft`
 */
export async function presentIdentity(isNeeded: boolean, signal: AbortSignal): Promise<string | undefined> {
  const args = ['list', 'table', 'inet', nftTable];
  const result = await tryCommand('nft', args, signal);
  if (result.ok) {
    return identityOf(result.stdout);
  }
  if (isNeeded && isMissing(result.said)) {
    throw unusable(args, result.said);
  }
  return undefined;
}

/** Makes the table so, whole or not at all. Throws a `Failure` (9) that names the links. */
export async function applyRuleset({ text }: Ruleset, links: string, signal: AbortSignal): Promise<void> {
  const result = await tryCommand('nft', ['-f', '-'], signal, text);
  if (!result.ok) {
    throw new Failure(
      ExitCode.host,
      `${links}: \`nft -f -\` refused table inet ${nftTable}: ${result.said}; ${remedy(result.said)}`,
    );
  }
}

function unusable(args: readonly string[], said: string): Failure {
  return new Failure(
    ExitCode.host,
    `NodePort addresses need nftables for the way back of their traffic: \`nft ${args.join(' ')}\` failed: ${said}; ${remedy(said)}`,
  );
}

/** In Node's words: `nft` speaks of what the kernel lacks in others. */
function isMissing(said: string): boolean {
  return said.includes('ENOENT');
}

function remedy(said: string): string {
  if (isMissing(said)) {
    return 'install nftables';
  }
  return said.includes('not permitted')
    ? 'run as root, with CAP_NET_ADMIN'
    : 'see `nft list ruleset` and `journalctl -k`; the kernel must have nf_tables, with ct, route chains and family inet';
}

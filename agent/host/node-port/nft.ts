import { ExitCode, Failure } from '../../failure.ts';
import { tryCommand } from '../command.ts';
import { nftTable } from './layout.ts';
import type { Ruleset } from './ruleset.ts';

/** Throws a `Failure` (9) if there is no `nft`, or the kernel does not let it work: to be known before anything is changed. */
export async function checkNft(signal?: AbortSignal): Promise<void> {
  const result = await tryCommand('nft', ['list', 'tables', 'inet'], signal);
  if (!result.ok) {
    throw new Failure(
      ExitCode.host,
      `NodePort addresses need nftables for the way back of their traffic: \`nft list tables inet\` failed: ${result.said}; ` +
        remedy(result.said),
    );
  }
}

/** The mark of the table that is there; undefined if there is none, or no `nft`. */
export async function presentMark(signal: AbortSignal): Promise<string | undefined> {
  const result = await tryCommand('nft', ['list', 'table', 'inet', nftTable], signal);
  return result.ok ? (/^\s*comment "(\w*)"$/m.exec(result.stdout)?.[1] ?? '') : undefined;
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

function remedy(said: string): string {
  // The shape of Node.js for a program that is not there; what `nft` says of the kernel has no such word.
  if (said.includes('ENOENT')) {
    return 'install nftables';
  }
  return said.includes('not permitted')
    ? 'run as root, with CAP_NET_ADMIN'
    : 'see `nft list ruleset` and `journalctl -k`; the kernel must have nf_tables, with ct, route chains and family inet';
}

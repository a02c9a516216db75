import { existsSync } from 'node:fs';
import { ExitCode, Failure } from '../../failure.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import { tryCommand } from '../command.ts';
import type { LinkChange } from '../port.ts';
import { changesOf } from './changes.ts';
import { maximumLinks } from './layout.ts';
import { applyRuleset, presentIdentity } from './nft.ts';
import { type Order, orders } from './orders.ts';
import { type Present, parsePresent, questions } from './present.ts';
import { ruleset } from './ruleset.ts';
import { wantedItems } from './wanted.ts';

/**
 * Puts the NodePort addresses on their links, with the way back, and takes away what an earlier run put there and these
 * do not name; answers the links on which it changed something. Throws a `Failure` (9).
 *
 * No setting of the kernel has to change. Reverse path filters: our links' are loose already, without which what arrives
 * for a pod is dropped; others may be strict, as long as they do not go by marks (src_valid_mark, off by default).
 */
export async function configureNodePort(
  links: readonly NodePortLink[],
  signal: AbortSignal,
): Promise<LinkChange[]> {
  if (links.length > maximumLinks) {
    throw tooMany(links);
  }
  const versions = existsSync('/proc/net/if_inet6') ? ([4, 6] as const) : ([4] as const);
  const [identity, ...present] = await Promise.all([
    presentIdentity(links.length > 0, signal),
    ...versions.map((version) => readPresent(version, signal)),
  ]);
  const wanted = wantedItems(links);
  const batches = versions.map((version, index) => ({
    version,
    batch: orders(
      wanted.filter((item) => item.version === version),
      present[index] ?? { ours: [], foreignAddresses: [] },
    ),
  }));
  const table = ruleset(links);
  const isNew = identity !== table.identity;
  await all([
    ...(isNew ? [applyRuleset(table, namesOf(links), signal)] : []),
    ...batches.map(({ version, batch }) => give(version, batch, signal)),
  ]);
  return changesOf(
    links,
    batches.flatMap(({ batch }) => batch),
    isNew,
  );
}

async function readPresent(version: 4 | 6, signal: AbortSignal): Promise<Present> {
  const args = [`-${version}`, '-N', '-json', '-batch', '-'];
  const result = await tryCommand('ip', args, signal, `${questions.join('\n')}\n`);
  if (!result.ok) {
    throw new Failure(
      ExitCode.host,
      `the addresses, rules and routes: \`ip ${args.join(' ')}\` failed at \`${told(questions, result.said)}\`: ${said(result.said)}; ` +
        remedy(result.said),
    );
  }
  return parsePresent(version, result.stdout);
}

async function give(version: 4 | 6, batch: readonly Order[], signal: AbortSignal): Promise<void> {
  if (batch.length === 0) {
    return;
  }
  const lines = batch.map(({ text }) => text);
  const result = await tryCommand('ip', [`-${version}`, '-batch', '-'], signal, `${lines.join('\n')}\n`);
  if (!result.ok) {
    const line = told(lines, result.said);
    const link = batch.find(({ text }) => text === line)?.item.link ?? 'NodePort';
    throw new Failure(
      ExitCode.host,
      `${link}: \`ip -${version} ${line}\` failed: ${said(result.said)}; ${remedy(result.said)}`,
    );
  }
}

/** Throws what the first of them failed with, once none is under way any more. */
async function all(attempts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}

/** The line at which `ip` says that it gave up. */
function told(lines: readonly string[], said: string): string {
  const number = /^Command failed -:(\d+)$/m.exec(said)?.[1] ?? '1';
  return lines[Number(number) - 1] ?? '';
}

function said(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('Command failed '))
    .join(' ')
    .replace(/\.$/, '');
}

function remedy(text: string): string {
  if (text.includes('ENOENT')) {
    return 'install iproute2';
  }
  return text.includes('not permitted')
    ? 'run as root, with CAP_NET_ADMIN'
    : 'see `ip address`, `ip rule` and `journalctl -k` for what is in its way';
}

function namesOf(links: readonly NodePortLink[]): string {
  return links.length === 0 ? 'NodePort' : links.map(({ name }) => name).join(', ');
}

function tooMany(links: readonly NodePortLink[]): Failure {
  return new Failure(
    ExitCode.configuration,
    `NodePort addresses are on ${links.length} interfaces (${namesOf(links)}), and there are marks for ${maximumLinks}; ` +
      'put them on fewer in spec.nodePort',
  );
}

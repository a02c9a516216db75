import { existsSync } from 'node:fs';
import { combine, ExitCode, Failure } from '../../failure.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import type { LinkChange } from '../port.ts';
import { changesOf } from './changes.ts';
import { ipBatch, remedy } from './ip-batch.ts';
import { maximumLinks } from './layout.ts';
import { applyRuleset, presentIdentity } from './nft.ts';
import { type Order, orders } from './orders.ts';
import { type Present, parsePresent, questions } from './present.ts';
import { ruleset } from './ruleset.ts';
import { wantedItems } from './wanted.ts';

/**
 * Puts the NodePort addresses on their links, with the way back, and takes away what an earlier run put there and these
 * do not name; answers the links on which it changed something. Throws a `Failure` (9) that tells of each link that could
 * not be set up; the others are.
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
    ...batches.map(({ version, batch }) => carryOut(version, batch, signal)),
  ]);
  return changesOf(
    links,
    batches.flatMap(({ batch }) => batch),
    isNew,
  );
}

async function readPresent(version: 4 | 6, signal: AbortSignal): Promise<Present> {
  const options = [`-${version}`, '-N', '-json'];
  const { stdout, complaints } = await ipBatch(options, questions, signal);
  for (const { line, said } of complaints) {
    throw new Failure(
      ExitCode.host,
      `the addresses, rules and routes: \`ip ${options.join(' ')} ${line}\` failed: ${said}; ${remedy(said)}`,
    );
  }
  return parsePresent(version, stdout);
}

/** Throws what each link that has a failure failed with first, once all is done that can be. */
async function carryOut(version: 4 | 6, batch: readonly Order[], signal: AbortSignal): Promise<void> {
  if (batch.length === 0) {
    return;
  }
  const lines = batch.map(({ text }) => text);
  const { complaints } = await ipBatch([`-${version}`], lines, signal);
  const failures = new Map<string, Failure>();
  for (const { line, said } of complaints) {
    const link = batch.find(({ text }) => text === line)?.item.link ?? 'NodePort';
    const message = `${link}: \`ip -${version} ${line}\` failed: ${said}; ${remedy(said)}`;
    failures.set(link, failures.get(link) ?? new Failure(ExitCode.host, message));
  }
  if (failures.size > 0) {
    throw combine([...failures.values()]);
  }
}

/** Throws what they failed with, once none is under way any more. */
async function all(attempts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(attempts);
  const failures = outcomes.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0) {
    throw combine([...new Set(failures)]);
  }
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

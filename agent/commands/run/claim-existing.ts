import { backoff } from '../../backoff.ts';
import type { Eni } from '../../claim/facts.ts';
import { ExitCode, exitCodeOf } from '../../failure.ts';
import type { WantedLink } from '../../host/port.ts';
import type { InterfacePlan, Source } from '../../plan/steps.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { noManage } from '../../plan/tags.ts';
import { type Attached, attachEni } from './attach-eni.ts';
import { tagUnmanaged } from './claim-tags.ts';
import type { RunContext } from './context.ts';
import { listSelected } from './list-enis.ts';
import { noneLeft } from './none-left.ts';
import { pick } from './pick.ts';
import { together } from './together.ts';

/** Between looks for one that has become available, in ms: a fleet's nodes all look, and EC2 allows 20 a second. */
const waiting = { least: 1_000, base: 1_000, cap: 15_000 };
/** After an ENI is lost, in ms: a listing that is behind still shows what others have attached meanwhile. */
const losing = { base: 250, cap: 2_000 };

type Claim = Extract<Source, { kind: 'claim' }>;

export interface Claimed {
  eni: Eni;
  link: WantedLink;
  attached: Attached;
}

/**
 * Attaches one of the ENIs that the user made beforehand. Several nodes may want the same one: only EC2's answer to
 * the attach decides, so an ENI gets this node's tags after it, and a loser leaves none. Waits, if the configuration
 * says so, for one that its last node has not let go yet. Throws a `Failure` (5) if none is had then, or by the deadline.
 *
 * @param isFit whether an ENI can carry NodePort addresses of the interface, if there are any
 * @param prepare what must be done before a device can appear, for each ENI that is tried
 * @param noted told which ENI is being tried; undefined once it is lost to another node
 */
export async function claimExisting(
  context: RunContext,
  plan: InterfacePlan,
  source: Claim,
  isFit: (eni: Eni) => boolean,
  prepare: (eni: Eni) => Promise<WantedLink>,
  noted: (eni: Eni | undefined) => void,
): Promise<Claimed> {
  const { clock, random, log, signal } = context;
  const { existing, name } = source.config;
  const started = clock.now();
  let listed = source.available;
  for (let looks = 0, losses = 0; ; looks += 1) {
    let pauseMs = 0;
    const eni = pick(listed.filter(isFit), context, source);
    if (eni !== undefined) {
      const claimed = await attempt(context, plan, source, eni, prepare, noted);
      if (claimed !== undefined) {
        return claimed;
      }
      losses += 1;
      pauseMs = backoff(losses, random, losing.base, losing.cap);
    } else {
      const left = started + existing.waitMs - clock.now();
      if (left <= 0 && looks > 0) {
        throw noneLeft(context, source.config, listed, isFit, clock.now() - started);
      }
      if (left > 0 && looks === losses) {
        log.info(`${name}: no ENI with the tags ${tagText(existing.tags)} is available; waiting for one`);
      }
      pauseMs = Math.min(
        Math.max(0, left),
        waiting.least + backoff(looks - losses + 1, random, waiting.base, waiting.cap),
      );
    }
    const seen = listed;
    listed = await clock
      .sleep(pauseMs, signal)
      .then(() => listSelected(context, source.config))
      .catch((error: unknown) => {
        throw signal.aborted && exitCodeOf(error) === ExitCode.deadline
          ? noneLeft(context, source.config, seen, isFit, clock.now() - started)
          : error;
      });
  }
}

/** Tries to attach one; nothing if another node was faster, or if it has been deleted. */
async function attempt(
  context: RunContext,
  plan: InterfacePlan,
  { config: { name }, own }: Claim,
  eni: Eni,
  prepare: (eni: Eni) => Promise<WantedLink>,
  noted: (eni: Eni | undefined) => void,
): Promise<Claimed | undefined> {
  const { claims, clock, host, instance, log } = context;
  claims.enis.add(eni.id);
  noted(eni);
  await host.writeIntent({
    kind: 'claim',
    instanceId: instance.instanceId,
    interface: name,
    eniId: eni.id,
    mac: eni.mac,
  });
  // Both have ended when one fails: what is prepared is then taken back.
  const [isThere, link] = await together([tagUnmanaged(context, name, eni), prepare(eni)]);
  const attached = isThere ? await attachEni(context, plan, eni, eni.id === own?.id) : undefined;
  if (attached !== undefined) {
    return { eni: { ...eni, tags: { ...eni.tags, ...noManage } }, link, attached };
  }
  noted(undefined);
  claims.enis.delete(eni.id);
  claims.lostAt.set(eni.id, clock.now());
  log.info(`${name}: ${eni.id} is another node's by now, or gone`, { interface: name, eni: eni.id });
  return undefined;
}

import { isIpv6 } from '../claim/range.ts';
import { messageOf } from '../failure.ts';
import { AddressWatch } from './address-watch.ts';
import { handOver } from './hand-over.ts';
import type { Listed } from './holders.ts';
import { Looks } from './looks.ts';
import { convergenceMs, imdsMs, lookMs } from './pace.ts';
import type { WatchContext } from './ports.ts';
import type { NodePortLink } from './setup.ts';

/** The floating addresses of one link and IP version: one call to EC2 tells of all of them. */
interface Group {
  link: NodePortLink;
  looks: Looks;
  watches: AddressWatch[];
}

/**
 * Watches over the floating addresses of these links until the signal aborts; then hands over those that this node
 * holds, and resolves once the VPC delivers them elsewhere.
 *
 * @param handsOver whether it is to, asked at the end: a watcher after this one goes on with the same addresses
 */
export async function watch(
  context: WatchContext,
  links: readonly NodePortLink[],
  signal: AbortSignal,
  handsOver: () => boolean = () => true,
): Promise<void> {
  const groups = links.flatMap((link) => groupsOf(context, link));
  // It takes a while until the API server has told: by when it counts, it should be known.
  context.node.isDraining();
  const beside = Promise.all(
    groups.flatMap((group) => [
      keepLooking(context, group, groups.length, signal),
      keepAskingImds(context, group, signal),
    ]),
  );
  const watching = Promise.all(groups.flatMap(({ watches }) => watches.map((each) => each.run(signal))));
  // What is under way beside, a call that EC2 does not answer perhaps, must not hold up what is to be handed over.
  await Promise.race([watching, beside.then(() => watching)]);
  if (!handsOver()) {
    return;
  }
  const held = groups.flatMap(({ watches }) => watches).filter((each) => each.isHolder);
  const parting = { why: 'the watcher is stopped', isLast: true, isWell: true };
  const outcomes = await Promise.all(held.map((each) => handOver(each, parting)));
  if (outcomes.includes(true)) {
    await context.clock.sleep(convergenceMs);
  }
}

function groupsOf(context: WatchContext, link: NodePortLink): Group[] {
  const floating = link.addresses.filter(({ mode }) => mode === 'Floating');
  return [false, true].flatMap((areIpv6) => {
    const addresses = floating.filter(({ address }) => isIpv6(address) === areIpv6);
    if (addresses.length === 0) {
      return [];
    }
    const looks = new Looks(
      context,
      link,
      addresses.map(({ address }) => address),
    );
    const watches = addresses.map((each) => new AddressWatch(context, link, each, looks));
    looks.onLook = () => {
      for (const each of watches) {
        each.onLook();
      }
    };
    return [{ link, looks, watches }];
  });
}

/** One call a minute for all groups together: who holds the addresses, and now and then who else carries them. */
async function keepLooking(
  { clock, random, log }: WatchContext,
  { looks }: Group,
  groups: number,
  signal: AbortSignal,
): Promise<void> {
  const { carriers } = looks;
  const lookIfMoved = (listed: readonly Listed[]) =>
    looks.isContradicted(listed) ? looks.look() : undefined;
  const steps = [
    () => looks.look(),
    // They show the addresses too: a move is not noticed later for them.
    async () => lookIfMoved(await carriers.listEnis()),
    async () => lookIfMoved(await carriers.listNodes()),
  ];
  let isSilent = false;
  for (let n = 0; !signal.aborted; ) {
    // The first three at once, then each tenth call is for the candidates. Who holds the address goes before those.
    const step = isSilent ? 0 : n < steps.length ? n : n % 20 === 10 ? 1 : n % 20 === 11 ? 2 : 0;
    try {
      await steps[step]?.();
      n += isSilent && n > 0 ? 0 : 1;
      if (isSilent) {
        log.info('EC2 answers again');
      }
      isSilent = false;
    } catch (error) {
      log[isSilent ? 'debug' : 'warn'](messageOf(error));
      isSilent = true;
    }
    if (n >= steps.length || isSilent) {
      const pauseMs = looks.seenAt === undefined ? lookMs / 12 : lookMs;
      await clock.sleep(pauseMs * groups * (1 + random() / 5), signal).catch(() => undefined);
    }
  }
}

/** It costs EC2 nothing: it tells that an address has been handed to this node, or has been taken off it. */
async function keepAskingImds(
  { clock, imds, log }: WatchContext,
  { link, looks, watches }: Group,
  signal: AbortSignal,
): Promise<void> {
  let before: readonly string[] | undefined;
  while (!signal.aborted) {
    const shown = await imds.addresses(link.mac, signal).catch(() => undefined);
    for (const each of shown === undefined ? [] : watches) {
      const has = shown?.includes(each.address) ?? false;
      each.imds = { has, times: each.imds?.has === has ? each.imds.times + 1 : 1 };
    }
    const isNew = (address: string) => shown?.includes(address) && before?.includes(address) === false;
    const come = watches.filter((each) => isNew(each.address) && !each.isHolder);
    for (const { address } of come) {
      looks.distrust(address);
    }
    if (come.length > 0) {
      await looks.look().catch((error: unknown) => log.debug(messageOf(error)));
    }
    before = shown ?? before;
    await clock.sleep(imdsMs, signal).catch(() => undefined);
  }
}

import { intersect, parseRange } from '../claim/range.ts';
import type { NodePortConfig } from '../config/model.ts';
import type { NodePortLink, NodePortSetup } from '../nodeport/setup.ts';
import { unheard } from '../nodeport/verdict.ts';
import type { NodePortAddressStatus, WatcherStatus } from './node-port-status.ts';

const runAgain = '`systemctl restart multus-bootstrap` sets it right';
const runAgainIfMovable = `${runAgain}, unless it is an ENI's primary address, which can never be moved: the run warns of that`;
const startWatcher = '`systemctl start multus-bootstrap-nodeport` starts it';

/** What is not as it should be about one address. */
export function addressDifferences(status: NodePortAddressStatus): string[] {
  const { address, interface: link, mode, isOnLink, holder, isHeldHere, watched, probePort } = status;
  const found: string[] = [];
  if (isOnLink === false) {
    const who = mode === 'Floating' ? 'the watcher mends it within a minute, else ' : '';
    found.push(`${address}: ${link} does not have it; ${who}${runAgain}`);
  }
  if (mode === 'PerNode' && isHeldHere === false) {
    const who = holder === undefined || holder === 'nobody' ? 'nobody' : (holder.instanceId ?? holder.eniId);
    found.push(`${address}: this node's, and in EC2 ${who} holds it; ${runAgain}`);
  }
  if (mode === 'Floating' && holder === 'nobody') {
    found.push(
      `${address}: no instance holds it; one of its nodes takes it within a minute, unless an ENI without an instance has it`,
    );
  }
  const said =
    watched === undefined || isHeldHere !== false
      ? undefined
      : unheard(watched.probes, watched.holder?.nodeAddress, probePort);
  return said === undefined ? found : [...found, `${address}: ${said}`];
}

/** What is amiss with the watcher itself. */
export function watcherDifferences({ state }: WatcherStatus): string[] {
  return state === 'not running'
    ? [`the watcher does not run: this node takes no address over and hands none over; ${startWatcher}`]
    : [];
}

/**
 * Where the configuration and what has been set up disagree. Which address of a PerNode list is this node's is not the
 * configuration's to say.
 */
export function setupDifferences(
  configured: readonly NodePortConfig[],
  setup: NodePortSetup | undefined,
): string[] {
  const links = setup?.links ?? [];
  const missing = configured.flatMap((entry) => notSetUp(entry, links));
  const named = configured.flatMap(({ addresses }) => addresses);
  const surplus = links
    .flatMap(({ addresses }) => addresses)
    .filter(({ address }) => !named.includes(address))
    .map(({ address }) => `${address}: it is set up, and the configuration does not name it; ${runAgain}`);
  return [...missing, ...surplus];
}

function notSetUp(entry: NodePortConfig, links: readonly NodePortLink[]): string[] {
  const link = links.find(
    ({ name, isPrimary }) => name === entry.interface || (isPrimary && entry.primaryIsUnmanaged),
  );
  const applicable = entry.addresses.filter((address) => link === undefined || isInside(address, link.cidrs));
  const lacking = applicable.filter((address) => !link?.addresses.some((each) => each.address === address));
  const hasSome = lacking.length < applicable.length;
  if (lacking.length === 0 || (entry.mode === 'PerNode' && hasSome)) {
    return [];
  }
  // Of a floating entry a run leaves such addresses out, as long as there are others.
  const remedy = hasSome ? runAgainIfMovable : runAgain;
  return [`${lacking.join(', ')}: configured for ${entry.interface}, and not set up; ${remedy}`];
}

function isInside(address: string, cidrs: readonly string[]): boolean {
  return intersect([parseRange(address)], cidrs.map(parseRange)).length > 0;
}

import type { InterfaceConfig } from '../../agent/config/model.ts';
import type { Subnet } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { enisOf } from './judge-create.ts';
import type { Life } from './life.ts';
import type { Scenario } from './scenario/model.ts';
import { fault, freeIn, numberOf, subnetsOf, versions } from './workers-part.ts';

/** How far the highest address that is claimed may be above the densest packing. */
const atMost = { addresses: 2, share: 0.05 };

/** Of those launched in the same second the ids decide, whichever EC2 shows first; in ms. */
const sameMs = 1_000;

/** Whether nothing that the story plans is a reason for holes: one group that can see itself, and nobody in its way. */
export function promisesPacking({
  groups,
  nodes,
  others,
  subnets,
  weather,
  settings,
  launchLagMs,
}: Scenario): boolean {
  const [group] = groups;
  const isCalm =
    weather.share === 0 &&
    weather.final === undefined &&
    others.every(({ kind }) => kind === 'drain' || kind === 'sweep') &&
    nodes.every(
      ({ mishaps, later }) =>
        mishaps.length === 0 && later.every(({ what }) => what === 'rerun' || what === 'reboot'),
    );
  return (
    isCalm &&
    nodes.length > 1 &&
    groups.length === 1 &&
    group !== undefined &&
    Object.keys(group.tags).length > 0 &&
    group.config.interfaces.every(claimsFirstFree) &&
    nodes.every(({ bootMs }) => sameMs + launchLagMs + (settings.consistencyMs ?? 0) <= bootMs) &&
    subnets.every(({ occupants }) => occupants.hidden === 0)
  );
}

function claimsFirstFree(config: InterfaceConfig): boolean {
  return config.existing !== undefined || versions.every((version) => config[version].mode !== 'Automatic');
}

/** Where, once all is over, addresses are not packed at the start of what an interface may have in a subnet. */
export function packingFault(world: World, lives: readonly Life[]): string | undefined {
  const [first] = lives;
  const zones = [...new Set(lives.map(({ plan }) => plan.zone))];
  const places = (first?.group.config.interfaces ?? []).flatMap((config) =>
    config.existing === undefined
      ? zones.flatMap((zone) => subnetsOf(world, config, zone).map((subnet) => ({ config, subnet })))
      : [],
  );
  for (const { config, subnet } of places) {
    const claimed = claimedIn(world, lives, subnet);
    for (const version of versions.filter((each) => config[each].mode === 'FirstFree')) {
      const own = claimed
        .filter(({ name }) => name === config.name)
        .flatMap(({ addresses }) => addresses[version])
        .filter((each) => fault(subnet, each, config[version], version) === undefined);
      const highest = own
        .map((each) => numberOf(subnet, each, version))
        .reduce((a, b) => (b > a ? b : a), 0n);
      const most = Math.max(atMost.addresses, Math.floor(atMost.share * claimed.length));
      const holes = freeIn(subnet, config[version], most + 1, undefined, version).filter(
        (each) => numberOf(subnet, each, version) < highest,
      );
      if (holes.length > most) {
        return `${config.name} leaves ${holes.join(', ')} free in ${subnet.id}, though it has ${own.length} addresses there, up to ${own.at(-1)}`;
      }
    }
  }
  return undefined;
}

/** The ENIs that the nodes have made in the subnet. Of IPv4, only the primary address was claimed. */
function claimedIn(world: World, lives: readonly Life[], { id }: Subnet) {
  return lives
    .flatMap(({ instanceId }) => enisOf(world, instanceId))
    .filter(({ subnetId }) => subnetId === id)
    .map(({ tags, addresses, ipv6Addresses }) => ({
      name: tags['multus-bootstrap.io/interface'],
      addresses: { ipv4: addresses.slice(0, 1), ipv6: ipv6Addresses },
    }));
}

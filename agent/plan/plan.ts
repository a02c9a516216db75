import type { Eni } from '../claim/facts.ts';
import { formatAddress, parseRange, type Range } from '../claim/range.ts';
import type { NodeConfig } from '../config/model.ts';
import { combine, ExitCode, Failure } from '../failure.ts';
import { checkLimits, nextDeviceIndex, takenIndexes } from './device-index.ts';
import { abandoned, sourceOf, surplus } from './eni-source.ts';
import { different, type Sourced, unnamed } from './left-as-it-is.ts';
import type { Observation } from './observation.ts';
import type { InterfacePlan, Plan } from './steps.ts';
import { subnetChoices } from './subnet-choice.ts';
import { isOurs } from './tags.ts';

/** What was decided, or nothing if a `Failure` stands in its way, which is kept. */
type Attempt = <T>(decide: () => T) => T | undefined;

/**
 * From what is wanted and what is there to what is to be done. Throws a `Failure` before anything is changed if
 * it cannot be done: a wrong subnet or name (3), no free address (5), a limit of the instance type (6). One for
 * all that stands in the way: the code of the first, the messages of all.
 */
export function makePlan(config: NodeConfig, seen: Observation): Plan {
  const sources = config.interfaces.map((each) => ({ config: each, source: sourceOf(each, seen) }));
  // An ENI to be adopted may be detaching still. Its attach waits for that, so its old place is free.
  const adopted = sources.flatMap(({ source }) => (source.kind === 'adopt' ? [source.eni] : []));
  const staying = seen.enis.filter((eni) => !adopted.includes(eni));
  const failures: Failure[] = [];
  const attempt: Attempt = (decide) => {
    try {
      return decide();
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
      failures.push(error);
      return undefined;
    }
  };
  attempt(() =>
    checkLimits(
      sources.filter(({ source }) => source.kind !== 'attached').map((each) => each.config),
      staying,
      seen.instance.instanceId,
      seen.limits,
    ),
  );
  const interfaces = planInterfaces(sources, seen, staying, attempt);
  if (failures.length > 0) {
    throw combine(failures);
  }
  return {
    interfaces,
    surplus: surplus(
      sources.map(({ source }) => source),
      seen,
    ),
    abandoned: abandoned(config, seen),
    warnings: [...unnamed(config, seen), ...different(sources)],
  };
}

function planInterfaces(
  sources: readonly Sourced[],
  seen: Observation,
  staying: readonly Eni[],
  attempt: Attempt,
): InterfacePlan[] {
  const cards = new Map<number, { taken: Set<number>; last: number | undefined }>();
  const planned: Range[] = [];
  return sources.map(({ config, source }) => {
    attempt(() => checkName(config.name, seen));
    const attachment = source.kind === 'attached' ? source.eni.attachment : undefined;
    const networkCard = attachment?.networkCard ?? config.networkCard;
    const card = cards.get(networkCard) ?? {
      taken: takenIndexes(staying, seen.instance.instanceId, networkCard),
      last: undefined,
    };
    cards.set(networkCard, card);
    const deviceIndex = attachment?.deviceIndex ?? nextDeviceIndex(card.taken, card.last);
    card.taken.add(deviceIndex);
    card.last = deviceIndex;

    const eni = source.kind === 'attached' || source.kind === 'adopt' ? source.eni : undefined;
    const choices = (eni === undefined && attempt(() => subnetChoices(config, seen, planned))) || [];
    const address = source.kind === 'recover' ? source.intent.address : lowest(choices[0]?.free);
    planned.push(...(address === undefined ? [] : [parseRange(address)]));
    return {
      config,
      source,
      deviceIndex,
      networkCard,
      choices,
      address,
      setDeleteOnTermination: (attachment?.deleteOnTermination ?? false) !== config.deleteOnTermination,
      setSourceDestCheck: (eni?.sourceDestCheck ?? true) !== config.sourceDestCheck,
    };
  });
}

function lowest(free: readonly Range[] | undefined): string | undefined {
  return free?.[0] === undefined ? undefined : formatAddress(free[0].first);
}

/**
 * Names that our own devices bear for now are mended later; those of others are not ours to take. A device may be
 * there while EC2's listings do not show that its ENI is attached, or do not show it at all: hence the intents.
 */
function checkName(name: string, seen: Observation): void {
  const { instanceId, primaryMac } = seen.instance;
  const own = seen.enis.filter((eni) => isOurs(eni, instanceId));
  const ownMacs = [...own, ...seen.intents].map(({ mac }) => mac);
  const holder = seen.links.find(
    (link) => [link.name, ...link.alternativeNames].includes(name) && !ownMacs.includes(link.mac),
  );
  if (holder !== undefined) {
    const whose = holder.mac === primaryMac ? 'the primary ENI' : `MAC ${holder.mac}`;
    const which = holder.name === name ? whose : `an alternative name of ${holder.name}, ${whose}`;
    throw new Failure(
      ExitCode.configuration,
      `${name}: this node has a link of that name already (${which}): choose another interfaces[].name`,
    );
  }
}

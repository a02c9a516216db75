import type { Eni } from '../claim/facts.ts';
import { parseRange, type Range } from '../claim/range.ts';
import type { CreatedInterface, NodeConfig } from '../config/model.ts';
import { combine, Failure } from '../failure.ts';
import { checkName } from './check-name.ts';
import { crowdedAfter } from './crowded.ts';
import { checkLimits, createIndexes } from './device-index.ts';
import { type EniSource, type Sourced, sourcesOf } from './eni-source.ts';
import { addressesOf } from './first-try.ts';
import { different, doubled, unmanaged, unnamed } from './left-as-it-is.ts';
import { abandoned, surplus, unneeded } from './leftovers.ts';
import { nodePortPlans } from './node-port-plan.ts';
import { unwanted, without } from './node-port-unwanted.ts';
import { mayBeGivenAway } from './node-port-warnings.ts';
import type { Observation } from './observation.ts';
import { type ShareOut, shareOut } from './share-out.ts';
import type { InterfacePlan, Plan, Source } from './steps.ts';
import { subnetChoices } from './subnet-choice.ts';
import { listedIds } from './subnet-selection.ts';
import { leftOut } from './suitable.ts';
import { waiting } from './waiting.ts';

/** What was decided, or nothing if a `Failure` stands in its way, which is kept. */
type Attempt = <T>(decide: () => T) => T | undefined;

/**
 * From what is wanted and what is there to what is to be done. Throws a `Failure` before anything is changed if
 * it cannot be done: a wrong subnet or name (3), no free address (5), a limit of the instance type (6). One for
 * all that stands in the way: the code of the first, the messages of all.
 */
export function makePlan(config: NodeConfig, seen: Observation): Plan {
  const sources = sourcesOf(config, seen);
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
  const created = config.interfaces.filter((each) => each.existing === undefined);
  const interfaces = planInterfaces(sources, created, seen, staying, attempt);
  const nodePort = attempt(() => nodePortPlans(config, interfaces, seen)) ?? [];
  if (failures.length > 0) {
    throw combine(failures);
  }
  const leaving = unwanted(nodePort, seen);
  return {
    interfaces,
    nodePort: nodePort.map((each) => ({ ...each, leaving, holders: without(each.holders, leaving) })),
    unwanted: leaving,
    surplus: surplus(sources, seen),
    unneeded: unneeded(sources, seen),
    abandoned: abandoned(config, seen),
    warnings: [
      ...unnamed(config, seen),
      ...doubled(sources, seen),
      ...unmanaged(sources, seen),
      ...different(sources, seen),
      ...waiting(sources),
      ...interfaces.flatMap((each) => leftOut(each, seen)),
      ...crowdedAfter(interfaces, seen),
      ...nodePort.flatMap((each) => each.warnings),
      ...mayBeGivenAway(nodePort, interfaces, seen),
    ],
  };
}

function planInterfaces(
  sources: readonly Sourced[],
  created: readonly CreatedInterface[],
  seen: Observation,
  staying: readonly Eni[],
  attempt: Attempt,
): InterfacePlan[] {
  const shared = shareOut(created, seen);
  const indexes = createIndexes(staying, seen.instance.instanceId);
  const claimed = new Map(sources.map(({ config, source }) => [config.name, announced(source)]));
  return sources.flatMap(({ config, source }) => {
    attempt(() => checkName(config.name, sources, seen));
    const attachment = source.kind === 'attached' ? source.eni.attachment : undefined;
    const networkCard = attachment?.networkCard ?? config.networkCard;
    const deviceIndex = indexes.next(networkCard, attachment?.deviceIndex);
    const others = [...claimed].flatMap(([name, addresses]) => (name === config.name ? [] : addresses));
    const whole = attempt(() => withChoices(source, created, shared, seen, others.map(parseRange)));
    if (whole === undefined) {
      return [];
    }
    claimed.set(config.name, addressesOf(whole));
    return [{ config, source: whole, deviceIndex, networkCard }];
  });
}

/** What an earlier run was about to claim may be this node's, though no listing shows it. */
function announced(source: EniSource): string[] {
  const { address, ipv6Address } = source.kind === 'recover' ? source.intent : {};
  return [address, ipv6Address].filter((each) => each !== undefined);
}

function withChoices(
  source: EniSource,
  created: readonly CreatedInterface[],
  shared: ShareOut,
  seen: Observation,
  planned: readonly Range[],
): Source {
  return source.kind === 'create' || source.kind === 'recover'
    ? {
        ...source,
        subnetIds: listedIds(source.config, seen.subnets),
        choices: subnetChoices(source.config, seen, planned, created, shared),
      }
    : source;
}

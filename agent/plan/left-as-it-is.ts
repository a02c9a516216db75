import type { Eni } from '../claim/facts.ts';
import type { InterfaceConfig, NodeConfig } from '../config/model.ts';
import { interfaceOf, isAttached, type Sourced } from './eni-source.ts';
import { fits } from './fits.ts';
import type { Observation } from './observation.ts';
import { isSelected } from './selected.ts';
import { listedIds, tagText } from './subnet-selection.ts';
import { hasTags, isOurs, noManage } from './tags.ts';

/** ENIs of interfaces that the configuration no longer names. */
export function unnamed(config: NodeConfig, seen: Observation): string[] {
  const names = config.interfaces.map(({ name }) => name);
  return seen.enis
    .filter((eni) => isAttached(eni, seen.instance.instanceId))
    .map((eni) => ({ eni, name: interfaceOf(eni, seen) }))
    .filter(({ name }) => name !== undefined && !names.includes(name))
    .map(
      ({ eni, name }) =>
        `${eni.id} is attached for ${name}, which the configuration no longer names: it is left as it is`,
    );
}

/** ENIs that `existing` selects and another hand has attached, so that the VPC CNI may use them. */
export function unmanaged(sources: readonly Sourced[], seen: Observation): string[] {
  const { instanceId, primaryMac } = seen.instance;
  const own = seen.enis
    .filter((eni) => isAttached(eni, instanceId) && eni.mac !== primaryMac)
    .filter((eni) => interfaceOf(eni, seen) === undefined && !hasTags(eni, noManage));
  return own.flatMap((eni) => {
    const names = sources
      .filter(({ config }) => config.existing !== undefined && isSelected(eni, config, seen))
      .map(({ config }) => config.name);
    return names.length === 0
      ? []
      : `${eni.id} is attached and has the existing.tags of ${names.join(', ')}, but not ${tagText(noManage)}: it is ` +
          'left as it is, since the VPC CNI may use it. If it is for Multus, tag it so and detach it';
  });
}

/** ENIs that are attached for an interface besides the one that it has. */
export function doubled(sources: readonly Sourced[], seen: Observation): string[] {
  return sources.flatMap(({ config, source }) =>
    seen.enis
      .filter((eni) => isAttached(eni, seen.instance.instanceId) && interfaceOf(eni, seen) === config.name)
      .filter((eni) => source.kind !== 'attached' || source.eni.id !== eni.id)
      .map(
        ({ id }) => `${id} is attached for ${config.name} too: it is left as it is, since pods may use it`,
      ),
  );
}

/** Interfaces whose attached ENI is not what the configuration says. */
export function different(sources: readonly Sourced[], seen: Observation): string[] {
  return sources
    .filter(({ config, source }) => source.kind === 'attached' && !isAsConfigured(source.eni, config, seen))
    .map(({ config }) => {
      const what =
        config.existing === undefined
          ? 'subnet, security groups, address, tags or network card are'
          : 'tags, zone or network card are';
      return `${config.name}: the attached ENI's ${what} not what the configuration says: it is left as it is, since pods may use it`;
    });
}

function isAsConfigured(eni: Eni, config: InterfaceConfig, seen: Observation): boolean {
  const isMeant =
    config.existing === undefined
      ? isOurs(eni, seen.instance.instanceId) &&
        fits(eni, config, listedIds(config, seen.subnets)) &&
        hasTags(eni, config.tags)
      : isSelected(eni, config, seen);
  return isMeant && eni.attachment?.networkCard === config.networkCard;
}

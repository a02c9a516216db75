import type { Eni } from '../claim/facts.ts';
import type { InterfaceConfig, NodeConfig } from '../config/model.ts';
import { fits, isAttached } from './eni-source.ts';
import type { Observation } from './observation.ts';
import type { Source } from './steps.ts';
import { isOurs, tagKeys } from './tags.ts';

/** An interface, and where its ENI comes from. */
export interface Sourced {
  config: InterfaceConfig;
  source: Source;
}

/** ENIs of interfaces that the configuration no longer names. */
export function unnamed(config: NodeConfig, seen: Observation): string[] {
  const { instanceId } = seen.instance;
  const names = config.interfaces.map(({ name }) => name);
  return seen.enis
    .filter((eni) => isOurs(eni, instanceId) && isAttached(eni, instanceId))
    .filter((eni) => !names.includes(eni.tags[tagKeys.interface] ?? ''))
    .map(
      (eni) =>
        `${eni.id} is attached for ${eni.tags[tagKeys.interface]}, which the configuration no longer names: it is left as it is`,
    );
}

/** Interfaces whose attached ENI is not what the configuration says. */
export function different(sources: readonly Sourced[]): string[] {
  return sources
    .filter(({ config, source }) => source.kind === 'attached' && !isAsConfigured(source.eni, config))
    .map(
      ({ config }) =>
        `${config.name}: the attached ENI's subnet, security groups, address, tags or network card are not what the configuration says: it is left as it is, since pods may use it`,
    );
}

function isAsConfigured(eni: Eni, config: InterfaceConfig): boolean {
  return (
    fits(eni, config) &&
    eni.attachment?.networkCard === config.networkCard &&
    Object.entries(config.tags).every(([key, value]) => eni.tags[key] === value)
  );
}

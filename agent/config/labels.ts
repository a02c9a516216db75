import * as z from 'zod';
import { ExitCode, Failure } from '../failure.ts';
import { textWithout } from './fields.ts';
import { labelKeyFault, labelValueFault } from './label-rules.ts';

/** The longest value that each reference to the node can have: a template that fits these fits any. */
const nodeReferences: Record<string, string> = {
  zone: 'us-east-1-wl1-bos-wlz-1',
  region: 'ap-southeast-1',
  instanceId: 'i-0123456789abcdef0',
  instanceType: 'u7inh-32tb.480xlarge',
  cluster: 'c',
};
/** The same for those to an interface, `${eth1.address}`. */
const interfaceReferences: Record<string, string> = {
  address: '255.255.255.255',
  eniId: 'eni-0123456789abcdef0',
  subnetId: 'subnet-0123456789abcdef0',
  deviceIndex: '10',
  networkCard: '10',
};
const referenceForm = /\$\{([^}]*)\}/g;

/** `kubelet.labels`: what kubelet would refuse at its start is refused here. */
export const labels = z.record(textWithout(labelKeyFault), textWithout(templateFault));

function templateFault(template: string): string | undefined {
  for (const reference of referencesIn(template)) {
    if (sampleOf(reference) === undefined) {
      return `there is no \${${reference}}; write one of ${known('eth1')}, with an interface of yours for eth1`;
    }
  }
  const filled = fill(template, (reference) => sampleOf(reference) ?? '');
  const fault = labelValueFault(filled);
  return fault === undefined || filled === template ? fault : `once its references are filled in, ${fault}`;
}

function sampleOf(reference: string): string | undefined {
  const { interfaceName, attribute } = split(reference);
  const samples = interfaceName === undefined ? nodeReferences : interfaceReferences;
  return Object.hasOwn(samples, attribute) ? samples[attribute] : undefined;
}

function known(interfaceName: string): string {
  const ofInterface = Object.keys(interfaceReferences).map((attribute) => `${interfaceName}.${attribute}`);
  return [...ofInterface, ...Object.keys(nodeReferences)].map((name) => `\${${name}}`).join(', ');
}

/** Interface names may hold dots: the attribute stands behind the last. */
function split(reference: string): { interfaceName: string | undefined; attribute: string } {
  const dot = reference.lastIndexOf('.');
  return dot < 0
    ? { interfaceName: undefined, attribute: reference }
    : { interfaceName: reference.slice(0, dot), attribute: reference.slice(dot + 1) };
}

/** What a label's value refers to: `eth1.address` and `zone` of `${eth1.address}.${zone}`. */
export function referencesIn(template: string): string[] {
  return [...template.matchAll(referenceForm)].map((match) => match[1] ?? '');
}

function fill(template: string, replacement: (reference: string) => string): string {
  return template.replace(referenceForm, (_, reference: string) => replacement(reference));
}

function instead(interfaceName: string): string {
  return `\${${interfaceName}.eniId} or \${${interfaceName}.subnetId}`;
}

/** What is wrong with a label's value, fine by itself, in the light of the whole configuration; undefined if nothing. */
export function referenceFault(
  template: string,
  interfaces: readonly { name: string; hasIpv4: boolean }[],
  cluster: string | undefined,
): string | undefined {
  if (templateFault(template) !== undefined) {
    return undefined;
  }
  for (const reference of referencesIn(template)) {
    const { interfaceName, attribute } = split(reference);
    const named = interfaces.find(({ name }) => name === interfaceName);
    if (interfaceName !== undefined && named === undefined) {
      const names = interfaces.map(({ name }) => name).join(', ') || 'none';
      return `\${${reference}} names an interface that is not configured; there are ${names}`;
    }
    if (attribute === 'address' && named?.hasIpv4 === false) {
      return `\${${reference}} is an IPv4 address, which ${named.name} has none of, and IPv6 addresses are no values of labels; write ${instead(named.name)}`;
    }
    if (reference === 'cluster' && cluster === undefined) {
      return '${cluster} has no value; write spec.cluster';
    }
  }
  const filled = fill(template, (reference) =>
    reference === 'cluster' ? (cluster ?? '') : (sampleOf(reference) ?? ''),
  );
  return labelValueFault(filled);
}

/**
 * The labels with their references replaced. `values` is keyed as references are written, `eth1.address`, `zone`.
 * Throws a `Failure` (3) that names the label where a value is missing or kubelet would refuse the outcome.
 */
export function resolveLabels(
  labels: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, template]) => {
      const resolved = fill(template, (reference) => {
        const value = values[reference];
        if (value === undefined) {
          const message = `label ${key}: \${${reference}} has no value on this node${remedy(reference)}`;
          throw new Failure(ExitCode.configuration, message);
        }
        return value;
      });
      const fault = labelValueFault(resolved);
      if (fault !== undefined) {
        throw new Failure(
          ExitCode.configuration,
          `label ${key}, written ${JSON.stringify(template)}: ${fault}`,
        );
      }
      return [key, resolved];
    }),
  );
}

/** Whether an ENI made beforehand has an IPv4 address is known only on the node. */
function remedy(reference: string): string {
  const { interfaceName, attribute } = split(reference);
  return interfaceName !== undefined && attribute === 'address'
    ? `: ${interfaceName} has no IPv4 address; write ${instead(interfaceName)}`
    : '';
}

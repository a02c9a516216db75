import type { NodeConfig, NodePortConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { Observation } from './observation.ts';
import type { NodePortPlan } from './steps.ts';

/** What an entry calls the primary ENI's link, whatever its name is. */
const primaryName = 'primary';

type OnPrimary = Pick<NodePortPlan, 'name' | 'isPrimary' | 'entries' | 'eni' | 'subnets'>;

/**
 * The primary ENI's link, with the entries that are for none of the interfaces. Throws a `Failure` (3) for one that names
 * another link.
 */
export function onPrimary({ interfaces, nodePort }: NodeConfig, seen: Observation): OnPrimary[] {
  const names = interfaces.map(({ name }) => name);
  const entries = nodePort.filter((each) => !names.includes(each.interface));
  if (entries.length === 0) {
    return [];
  }
  const { primaryMac } = seen.instance;
  const link = seen.links.find(({ mac }) => mac === primaryMac);
  const eni = seen.enis.find(({ mac }) => mac === primaryMac);
  if (link === undefined || eni === undefined) {
    throw new Failure(
      ExitCode.host,
      `spec.nodePort: ${link === undefined ? 'this host has no link' : 'EC2 shows no ENI of this instance'} with the MAC ` +
        `${primaryMac}, which IMDS says is the primary ENI's: look at \`ip link\` and at the instance`,
    );
  }
  const known = [primaryName, link.name, ...link.alternativeNames];
  const wrong = entries.find((entry) => !known.includes(entry.interface));
  if (wrong !== undefined) {
    throw notPrimary(wrong, link.name, seen);
  }
  const subnets = seen.subnets.filter(({ id }) => id === eni.subnetId);
  return [{ name: link.name, isPrimary: true, entries, eni, subnets }];
}

function notPrimary(entry: NodePortConfig, name: string, { links }: Observation): Failure {
  const other = links.find((link) => [link.name, ...link.alternativeNames].includes(entry.interface));
  const what =
    other === undefined ? 'no link of this host' : `not the primary ENI's link (its MAC is ${other.mac})`;
  return new Failure(
    ExitCode.configuration,
    `spec.nodePort: ${entry.interface} is ${what}; that is called ${name} here: write so, or "${primaryName}", which ` +
      'serves all instance types, or one of spec.interfaces without primaryIsUnmanaged',
  );
}

import { createHash } from 'node:crypto';
import type { CreatedInterface } from '../../config/model.ts';
import type { CreateEni } from '../../ec2/port.ts';
import type { CreateIntent } from '../../host/port.ts';
import type { SubnetChoice } from '../../plan/steps.ts';
import { tagsFor } from '../../plan/tags.ts';
import type { RunContext } from './context.ts';

/** The addresses that a create names: absent where EC2 chooses, or gives none. */
export type Named = Pick<CreateIntent, 'address' | 'ipv6Address'>;

/** What is about to be created for an interface. The nonce is new: an old one may answer with a deleted ENI. */
export function newIntent(
  { config: { cluster }, instance: { instanceId }, random }: RunContext,
  config: CreatedInterface,
  choice: SubnetChoice,
  named: Named,
): CreateIntent {
  const ipv6AddressCount = ipv6CountOf(choice);
  return {
    kind: 'create',
    instanceId,
    interface: config.name,
    subnetId: choice.subnetId,
    ...named,
    ...(ipv6AddressCount === undefined ? {} : { ipv6AddressCount }),
    securityGroups: config.securityGroups,
    description: `${config.name} of ${instanceId}, by multus-bootstrap`,
    tags: tagsFor(config, instanceId, cluster, choice.floating),
    nonce: random().toString(36).slice(2) + random().toString(36).slice(2),
  };
}

/** How many IPv6 addresses EC2 is to choose: 0 keeps a subnet that gives them unasked from doing so. */
function ipv6CountOf({ ipv6, assignsIpv6 }: SubnetChoice): number | undefined {
  switch (ipv6.mode) {
    case 'FirstFree':
      return undefined;
    case 'Automatic':
      return 1;
    case 'None':
      return assignsIpv6 ? 0 : undefined;
  }
}

/**
 * The create that an intent stands for. Its token is a hash of all its parameters, so that sending it again,
 * in this run or in a later one, finds the same ENI, and EC2 never sees one token with two sets of parameters.
 */
export function createRequest(intent: CreateIntent): CreateEni {
  const { subnetId, address, ipv6Address, ipv6AddressCount, securityGroups, description, tags } = intent;
  const parameters = {
    subnetId,
    address,
    ipv6Address,
    ipv6AddressCount,
    securityGroups,
    description,
    tags,
  };
  const identity = [intent.instanceId, intent.interface, intent.nonce, parameters];
  return {
    ...parameters,
    clientToken: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
  };
}

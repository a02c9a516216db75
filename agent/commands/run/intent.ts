import { createHash } from 'node:crypto';
import type { InterfaceConfig } from '../../config/model.ts';
import type { CreateEni } from '../../ec2/port.ts';
import type { Intent } from '../../host/port.ts';
import { tagsFor } from '../../plan/tags.ts';
import type { RunContext } from './context.ts';

/** What is about to be created for an interface. The nonce is new: an old one may answer with a deleted ENI. */
export function newIntent(
  { config: { cluster }, instance: { instanceId }, random }: RunContext,
  config: InterfaceConfig,
  subnetId: string,
  address: string | undefined,
): Intent {
  return {
    instanceId,
    interface: config.name,
    subnetId,
    ...(address === undefined ? {} : { address }),
    securityGroups: config.securityGroups,
    description: `${config.name} of ${instanceId}, by multus-bootstrap`,
    tags: tagsFor(config, instanceId, cluster),
    nonce: random().toString(36).slice(2) + random().toString(36).slice(2),
  };
}

/**
 * The create that an intent stands for. Its token is a hash of all its parameters, so that sending it again,
 * in this run or in a later one, finds the same ENI, and EC2 never sees one token with two sets of parameters.
 */
export function createRequest(intent: Intent): CreateEni {
  const { subnetId, address, securityGroups, description, tags } = intent;
  const parameters = { subnetId, address, securityGroups, description, tags };
  const identity = [intent.instanceId, intent.interface, intent.nonce, parameters];
  return {
    ...parameters,
    clientToken: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
  };
}

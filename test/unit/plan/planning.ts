import type { Attachment } from '../../../agent/claim/facts.ts';
import type { InterfaceConfig, NodeConfig } from '../../../agent/config/model.ts';
import type { Observation } from '../../../agent/plan/observation.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import type { InterfacePlan, Plan } from '../../../agent/plan/steps.ts';
import { type Write, writesOf } from '../../../agent/plan/writes.ts';
import { attached, instanceId, nodeConfig, observation, subnet } from '../facts.ts';

export const primary = attached(0, { subnetId: 'subnet-99999999', mac: '0a:ff:00:00:00:01' });
export const second = subnet({ id: 'subnet-22222222', cidr: '10.0.5.0/24' });

/** The plan for a node with these interfaces on which all is as `observation` has it, but for what is given. */
export function planFor(interfaces: readonly InterfaceConfig[], given: Partial<Observation> = {}): Plan {
  return makePlan(configOf(interfaces), observation(given));
}

export function configOf(interfaces: readonly InterfaceConfig[]): NodeConfig {
  return { ...nodeConfig(), interfaces: [...interfaces] };
}

export function writes(plan: Plan, cluster?: string): Write[] {
  return writesOf(plan, instanceId, cluster);
}

/** The kind of each interface's source, with the id of the ENI if it is known. */
export function sourcesOf({ interfaces }: Plan): string[] {
  return interfaces.map(({ source }) => ('eni' in source ? `${source.kind} ${source.eni.id}` : source.kind));
}

/** The ids of the subnets in which an interface's ENI may be created, in order. */
export function chosen({ source }: InterfacePlan): string[] {
  return 'choices' in source ? source.choices.map(({ subnetId }) => subnetId) : [];
}

/** To the instance, at index 1 of card 0. */
export function attachment(given: Partial<Attachment>): Attachment {
  return {
    id: 'eni-attach-01',
    instanceId,
    deviceIndex: 1,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: true,
    ...given,
  };
}

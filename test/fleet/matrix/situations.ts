import type { NodePortConfig } from '../../../agent/config/model.ts';
import type { CreateIntent } from '../../../agent/host/port.ts';
import { existingInterface, interfaceConfig, nodeConfig } from '../../unit/facts.ts';
import { instanceId, type Place } from './place.ts';
import type { Command, Stage } from './stage.ts';

/** Of an ENI that is an instance's, for an interface. */
export const tags = (name: string, id = instanceId) => ({
  'node.k8s.amazonaws.com/no_manage': 'true',
  'multus-bootstrap.io/instance-id': id,
  'multus-bootstrap.io/interface': name,
});
/** Of one that the agent has made. */
export const made = (name: string, id = instanceId) => ({
  Name: `${id}/${name}`,
  ...tags(name, id),
  'multus-bootstrap.io/created': 'true',
});
const description = (name: string) => `${name} of ${instanceId}, by multus-bootstrap`;

/** Created ones. */
export const twoInterfaces = ({ group, a, b }: Place) => ({
  ...nodeConfig(
    { name: 'eth1', subnets: [a.id], securityGroups: [group], tags: { team: 'core' } },
    { name: 'eth2', subnets: [b.id], securityGroups: [group], sourceDestCheck: false },
  ),
  instanceTags: { multus: 'ready' },
});

/** An ENI that is created, with a NodePort address of its own and two that move. */
export const withNodePort = ({ group, a }: Place) => {
  const common = { interface: 'eth1', probePort: undefined, primaryIsUnmanaged: false };
  const nodePort: NodePortConfig[] = [
    { ...common, addresses: ['10.0.4.201', '2001:db8:0:104::c9'], mode: 'Floating' },
    { ...common, addresses: ['10.0.4.211', '10.0.4.212'], mode: 'PerNode' },
  ];
  const created = { name: 'eth1', subnets: [a.id], securityGroups: [group], nodePort };
  return { ...nodeConfig(created), nodePort };
};
/** The same of an ENI made beforehand. */
export const existingWithNodePort = () => {
  const common = { interface: 'eth2', probePort: undefined, primaryIsUnmanaged: false };
  const nodePort: NodePortConfig[] = [
    { ...common, addresses: ['10.0.5.201'], mode: 'Floating' },
    { ...common, addresses: ['10.0.5.211'], mode: 'PerNode' },
  ];
  const existing = existingInterface({ name: 'eth2', existing: { tags: pool, waitMs: 60_000 }, nodePort });
  return { ...nodeConfig(), interfaces: [existing], nodePort };
};
/** Another node has the first of the list. */
export const takeFirst = async (_: Stage, { world, a }: Place) => {
  world.addEni({ subnetId: a.id, address: '10.0.4.5', secondary: ['10.0.4.211'], tags: { Name: 'other' } });
};

/** By which ENIs made beforehand are selected. */
export const pool = { multus: 'true' };
/** One of each kind. */
export const createdAndExisting = ({ group, a }: Place) => {
  const config = nodeConfig();
  config.interfaces.push(
    interfaceConfig({ name: 'eth1', subnets: [a.id], securityGroups: [group] }),
    existingInterface({
      name: 'eth2',
      existing: { tags: pool, waitMs: 60_000 },
      sourceDestCheck: false,
    }),
  );
  return config;
};
/** One ENI made beforehand. */
export const addPool = async (_: Stage, { world, b }: Place) => {
  world.addEni({ subnetId: b.id, address: '10.0.5.9', tags: { ...pool, Name: 'pool' } });
};

/** The instance type carries no more. */
export const refused = {
  step: 'AttachNetworkInterface eth2',
  code: 'AttachmentLimitExceeded',
  message: 'Interface count 4 exceeds the limit for m5.xlarge',
  exitCode: 6,
};

/** A command that nothing disturbs, to its end and until all is calm. */
export async function succeed(stage: Stage, command: Command): Promise<void> {
  const outcome = await stage.attempt(command);
  if (outcome.kind !== 'done') {
    throw new Error(`what comes before does not succeed: ${JSON.stringify(outcome)}`);
  }
  await stage.wait(60_000);
}

/** What earlier runs have left: see the scenario. */
export async function leaveBehind(
  { node: { machine } }: Stage,
  { world, group, a, b }: Place,
): Promise<void> {
  const add = (name: string, subnetId: string, address: string) =>
    world.addEni({
      subnetId,
      address,
      securityGroups: [group],
      description: description(name),
      tags: made(name),
    });
  const [, , old] = [
    add('eth1', a.id, '10.0.4.5'),
    add('eth1', a.id, '10.0.4.6'),
    add('eth3', b.id, '10.0.5.4'),
  ];
  const intent: CreateIntent = {
    kind: 'create',
    instanceId,
    interface: 'eth3',
    subnetId: b.id,
    address: '10.0.5.4',
    securityGroups: [group],
    description: description('eth3'),
    tags: made('eth3'),
    nonce: 'once',
    eniId: old?.id ?? '',
  };
  const { eniId: _, ...open } = intent;
  const adopted = {
    interface: 'eth1',
    subnetId: a.id,
    address: '10.0.4.5',
    description: description('eth1'),
  };
  const unasked = {
    interface: 'eth4',
    address: '10.0.5.7',
    description: description('eth4'),
    tags: made('eth4'),
  };
  machine.intents.set('eth1', { intent: { ...open, ...adopted, tags: made('eth1') }, writtenAt: 0 });
  machine.intents.set('eth3', { intent, writtenAt: 0 });
  machine.intents.set('eth4', { intent: { ...open, ...unasked }, writtenAt: 0 });
  machine.linkFiles.set('eth3', { name: 'eth3', mac: old?.mac ?? '', mtu: 9001, eniId: old?.id ?? '' });
}

import { ExitCode } from '../failure.ts';
import { firstTry } from '../plan/first-try.ts';
import { ownIpv6 } from '../plan/node-port.ts';
import { inWords, type Outlook, outlooks } from '../plan/node-port-outlook.ts';
import { writesOfUnwanted } from '../plan/node-port-writes.ts';
import { makePlan } from '../plan/plan.ts';
import type { InterfacePlan } from '../plan/steps.ts';
import { tagText } from '../plan/subnet-selection.ts';
import { type Write, writesOf } from '../plan/writes.ts';
import { prepareKubelet } from './run/kubelet.ts';
import { configure, connect, deadlineAt, firstDeadline, runContext } from './run/node.ts';
import { observe } from './run/observe.ts';
import { intention } from './run/summary.ts';
import { createShell, type Shell } from './shell.ts';

/** What `run` would do. */
interface Planned {
  instanceId: string;
  interfaces: readonly InterfacePlan[];
  nodePort: readonly Outlook[];
  writes: readonly Write[];
  warnings: readonly string[];
}

/** Prints what `run` would do on this node, with every EC2 call that changes something, and changes nothing. */
export async function plan({ root, json }: { root: string; json: boolean }): Promise<ExitCode> {
  const shell = createShell(root);
  const planned = await look(shell).finally(() => shell.log.progress(''));
  process.stdout.write(json ? `${JSON.stringify(toJson(planned), null, 2)}\n` : toText(planned));
  return ExitCode.done;
}

async function look(shell: Shell): Promise<Planned> {
  using early = await firstDeadline(shell);
  const identity = await shell.imds.identity(early.signal);
  const { instanceId } = identity;
  const loaded = await configure(shell, early.signal);
  if (loaded.kind === 'none') {
    const writes = writesOfUnwanted({ unwanted: await shell.host.nodePortFiles.claims(instanceId) });
    const does = writes.length === 0 ? 'does nothing' : 'gives the NodePort addresses of earlier runs back';
    const warnings = [...loaded.warnings, `no configuration: run ${does}`];
    return { instanceId, interfaces: [], nodePort: [], writes, warnings };
  }
  await prepareKubelet(shell.root, identity, loaded);
  const { config } = loaded;
  const tagged = instanceTagging(instanceId, config.instanceTags);
  const claims = await shell.host.nodePortFiles.claims(instanceId);
  if (config.interfaces.length + config.nodePort.length + claims.length === 0) {
    return { instanceId, interfaces: [], nodePort: [], writes: tagged, warnings: loaded.warnings };
  }
  using deadline = deadlineAt(shell.clock, config.timeoutMs);
  const ec2 = connect(shell, identity, loaded);
  const { seen } = await observe(runContext(shell, ec2, identity, loaded, deadline.signal));
  const made = makePlan(config, seen);
  return {
    instanceId,
    interfaces: made.interfaces,
    nodePort: outlooks(made),
    writes: [...writesOf(made, instanceId, config.cluster), ...tagged],
    warnings: [...loaded.warnings, ...made.warnings],
  };
}

function instanceTagging(instanceId: string, tags: Readonly<Record<string, string>>): Write[] {
  return Object.keys(tags).length === 0 ? [] : [{ action: 'CreateTags', instanceId, tags }];
}

function toJson({ instanceId, interfaces, nodePort, writes, warnings }: Planned) {
  return { instanceId, interfaces: interfaces.map(interfaceJson), nodePort, writes, warnings };
}

function interfaceJson({ config, source, deviceIndex, networkCard }: InterfacePlan) {
  const eni = 'eni' in source ? source.eni : undefined;
  const create = firstTry(source);
  return {
    name: config.name,
    source: source.kind,
    eniId: eni?.id,
    subnetId: eni?.subnetId ?? create?.subnetId,
    address: eni === undefined ? create?.address : eni.addresses[0],
    ipv6Address: eni === undefined ? create?.ipv6Address : ownIpv6(eni, config),
    deviceIndex,
    networkCard,
  };
}

function toText({ instanceId, interfaces, nodePort, writes, warnings }: Planned): string {
  const calls = writes.map((write) => `  ${describeWrite(write)}`);
  return [
    `What run would do on ${instanceId}:`,
    ...interfaces.map((each) => `  ${intention(each)}`),
    ...nodePort.map((each) => `  ${inWords(each)}`),
    'The EC2 calls that change something:',
    ...(calls.length === 0 ? ['  none'] : calls),
    ...warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}

function describeWrite({ action, ...parameters }: Write): string {
  const named = Object.entries(parameters).map(([name, value]) => ` ${name}=${inText(value)}`);
  return action + named.join('');
}

function inText(value: Write[keyof Write]): string {
  return typeof value === 'object' ? `{${tagText(value)}}` : `${value}`;
}

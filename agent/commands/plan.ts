import { ExitCode } from '../failure.ts';
import { makePlan } from '../plan/plan.ts';
import type { InterfacePlan, Plan } from '../plan/steps.ts';
import { type Write, writesOf } from '../plan/writes.ts';
import { prepareKubelet } from './run/kubelet.ts';
import { configure, connect, deadlineAt, firstDeadline, runContext } from './run/node.ts';
import { observe } from './run/observe.ts';
import { intention } from './run/summary.ts';
import { createShell, type Shell } from './shell.ts';

/** What `run` would do. */
interface Planned {
  instanceId: string;
  plan: Plan;
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
  const nothing = { interfaces: [], surplus: [], abandoned: [], warnings: [] };
  if (loaded.kind === 'none') {
    return {
      instanceId,
      plan: nothing,
      warnings: [...loaded.warnings, 'no configuration: run does nothing'],
    };
  }
  await prepareKubelet(shell.root, identity, loaded);
  if (loaded.config.interfaces.length === 0) {
    return { instanceId, plan: nothing, warnings: loaded.warnings };
  }
  using deadline = deadlineAt(shell.clock, loaded.config.timeoutMs);
  const ec2 = connect(shell, identity, loaded);
  const { seen } = await observe(runContext(shell, ec2, identity, loaded, deadline.signal));
  const made = makePlan(loaded.config, seen);
  return { instanceId, plan: made, warnings: [...loaded.warnings, ...made.warnings] };
}

function toJson({ instanceId, plan: made, warnings }: Planned) {
  const interfaces = made.interfaces.map((each) => ({
    name: each.config.name,
    source: each.source.kind,
    eniId: eniOf(each)?.id,
    subnetId: eniOf(each)?.subnetId ?? each.choices[0]?.subnetId,
    address: eniOf(each)?.addresses[0] ?? each.address,
    deviceIndex: each.deviceIndex,
    networkCard: each.networkCard,
  }));
  return { instanceId, interfaces, writes: writesOf(made), warnings };
}

function eniOf({ source }: InterfacePlan) {
  return 'eni' in source ? source.eni : undefined;
}

function toText({ instanceId, plan: made, warnings }: Planned): string {
  const writes = writesOf(made).map((write) => `  ${describeWrite(write)}`);
  return [
    `What run would do on ${instanceId}:`,
    ...made.interfaces.map((each) => `  ${intention(each)}`),
    'The EC2 calls that change something:',
    ...(writes.length === 0 ? ['  none'] : writes),
    ...warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}

function describeWrite({ action, ...parameters }: Write): string {
  const named = Object.entries(parameters).map(([name, value]) => ` ${name}=${value}`);
  return action + named.join('');
}

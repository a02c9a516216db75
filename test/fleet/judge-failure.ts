import type { InterfaceConfig } from '../../agent/config/model.ts';
import { ExitCode, exitCodeOf, messageOf } from '../../agent/failure.ts';
import type { World } from '../simulator/model/world.ts';
import type { Life } from './life.ts';
import type { Run } from './run.ts';
import { freeIn, isSelected, subnetsOf, versions } from './workers-part.ts';

/** What the agent's retreat may take after its deadline, and its requests under way, in ms. */
const graceMs = 45_000 + 1_000;

/** How long what was on its way goes on after a kill, in ms: requests, detaches, listings that are behind. */
const aftermathMs = 30_000;

/** What time can heal. */
const healable: readonly ExitCode[] = [ExitCode.noneFree, ExitCode.deadline, ExitCode.unreachable];

/** What is wrong with the end of a run: it comes late, or fails without a reason that the world gives. */
export function endFault(
  world: World,
  now: number,
  life: Life,
  run: Run,
  failure: unknown,
  rivals: number,
): string | undefined {
  const { timeoutMs, interfaces } = life.group.config;
  const ms = now - run.startedAt;
  if (ms > timeoutMs + graceMs) {
    return `a run ends after ${ms} ms, with ${timeoutMs} ms to its deadline`;
  }
  if (failure === undefined) {
    return undefined;
  }
  const exitCode = exitCodeOf(failure);
  const what = `a run fails (${exitCode}) without a reason: ${messageOf(failure)}`;
  if (exitCode === ExitCode.bug) {
    return failure instanceof Error ? `${what}\n${failure.stack}` : what;
  }
  if (!healable.includes(exitCode)) {
    const isExplained = exitCode === ExitCode.host && ms >= timeoutMs && lacksDevice(world, life);
    return isExplained || run.causes.has(exitCode) ? undefined : what;
  }
  // What a run that was struck down has on its way may be in the way of the next one, and is gone by the one after.
  const isEarly = exitCode === ExitCode.deadline && run.startedAt - life.struckAt < aftermathMs;
  if (run.faults > 0 || isEarly || (exitCode === ExitCode.deadline && ms >= timeoutMs)) {
    return undefined;
  }
  const hasRoom = interfaces.every((each) => room(world, life, each, rivals) > rivals);
  return exitCode === ExitCode.noneFree && !hasRoom ? undefined : what;
}

/** Whether an ENI of the node is attached, and no device has come of it. */
function lacksDevice(world: World, { instanceId, node }: Life): boolean {
  return world.store.attachedEnis(instanceId).some(({ mac }) => node?.machine.devices.has(mac) !== true);
}

/** How many ENIs the world has left for the interface, at least; more than `rivals` is enough to know. */
export function room(
  world: World,
  { plan, instanceId }: Life,
  config: InterfaceConfig,
  rivals: number,
): number {
  if (config.existing !== undefined) {
    return world.enis.filter(
      (eni) =>
        isSelected(eni, config, plan.zone) &&
        (eni.attachment === undefined || eni.attachment.instanceId === instanceId),
    ).length;
  }
  const whole = { within: [], podRange: [] };
  return subnetsOf(world, config, plan.zone)
    .map((subnet) => {
      const counts = versions.map((version) => {
        const { mode } = config[version];
        // EC2 chooses from a /64 then, or there is no need of any.
        if (mode === 'None' || (mode === 'Automatic' && version === 'ipv6')) {
          return Number.POSITIVE_INFINITY;
        }
        const part = mode === 'FirstFree' ? config[version] : { mode, ...whole };
        return freeIn(subnet, part, rivals + 1, undefined, version).length;
      });
      return Math.min(...counts);
    })
    .reduce((sum, count) => sum + count, 0);
}

/** What is wrong with what a run leaves that failed and met nothing that could keep it from taking back what it made. */
export function leftFault(world: World, life: Life, run: Run, failure: unknown): string | undefined {
  // Of a call that the deadline has cut short nobody knows what comes of it: its intent stays for the next run.
  if (exitCodeOf(failure) === ExitCode.deadline) {
    return undefined;
  }
  const left = run.created.flatMap((id) => world.store.findEni(id) ?? []);
  const [available] = left.filter(({ attachment }) => attachment === undefined);
  return available === undefined
    ? undefined
    : `${life.plan.name} leaves ${available.id}, which its failed run has made`;
}

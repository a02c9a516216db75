import type { Deadline } from '../../deadline.ts';
import type { StoredIntent } from '../../host/port.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import type { InterfacePlan, NodePortPlan, Plan } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';
import { Devices } from './devices.ts';
import { bringUp } from './interface.ts';
import { clearBeforeClaim } from './leftovers.ts';
import { claimNodePort } from './node-port/claim.ts';
import { checkLeft } from './node-port/per-node.ts';
import { retreat } from './retreat.ts';
import { type Applied, configure, isWhole, type Way, wholeOf } from './way.ts';

/**
 * Carries out a plan: all interfaces at once, then their links together. If any fails, what this run made is
 * taken back, but for interfaces that are whole when time can heal the failure: the next run finds them in
 * place. What cannot be taken back is told with the failure.
 *
 * @param grace bounds the taking back, which may come after the deadline
 */
export async function apply(
  context: RunContext,
  plan: Plan,
  intents: readonly StoredIntent[],
  grace: () => Deadline,
): Promise<Applied> {
  // What an earlier run since the boot has set up serves as it is, should this one fail.
  const isSetUp = (await context.host.nodePortFiles.setup(context.instance.instanceId)) !== undefined;
  const devices = new Devices(plan.interfaces.map(({ config }) => config.name));
  const primary = Promise.allSettled([onPrimary(context, plan, devices)]);
  const ways = await Promise.all(plan.interfaces.map((each) => go(context, plan, each, intents, devices)));
  const [onIt] = await primary;
  const isGood = ways.every(isWhole) && onIt.status === 'fulfilled';
  const nodePort = [
    ...wholeOf(ways).flatMap((each) => each.nodePort ?? []),
    ...(onIt.status === 'fulfilled' ? onIt.value : []),
  ];
  const [links] = await Promise.allSettled([
    isGood ? configure(context, wholeOf(ways), nodePort) : undefined,
    ...ways.map(noteAnswer),
  ]);
  const failures: unknown[] = ways.filter((way) => !isWhole(way)).map(({ failure }) => failure);
  for (const each of [onIt, links]) {
    failures.push(...(each.status === 'rejected' ? [each.reason] : []));
  }
  if (failures.length === 0) {
    return { ready: wholeOf(ways), nodePort, failure: undefined };
  }
  using deadline = grace();
  const claimed = isSetUp ? undefined : nodePort;
  return await retreat({ ...context, signal: deadline.signal }, plan, ways, claimed, failures);
}

/** The primary ENI is there already. */
async function onPrimary(context: RunContext, { nodePort }: Plan, devices: Devices): Promise<NodePortLink[]> {
  const plans = nodePort.filter(({ isPrimary }) => isPrimary);
  return Promise.all(
    plans.flatMap((plan) =>
      plan.eni === undefined ? [] : [claimNodePort(context, plan, plan.eni, devices.others())],
    ),
  );
}

/** A refused DeleteOnTermination fails its interface: the ENI would outlive the instance. */
async function noteAnswer(way: Way): Promise<void> {
  try {
    await way.ready?.deleteOnTermination.answered;
  } catch (failure) {
    way.failure = failure;
  }
}

async function go(
  context: RunContext,
  whole: Plan,
  plan: InterfacePlan,
  intents: readonly StoredIntent[],
  devices: Devices,
): Promise<Way> {
  const way: Way = { plan, made: undefined, failure: undefined };
  try {
    await clearBeforeClaim(context, whole, plan.config.name, intents);
    const nodePort = addressesOf(whole, plan);
    if (nodePort !== undefined) {
      checkLeft(plan, nodePort);
    }
    way.made = {};
    way.ready = await bringUp(context, plan, nodePort, intents, way.made, devices);
  } catch (failure) {
    way.failure = failure;
  } finally {
    // Of one that failed, and of one that a pod has, no device is to come.
    devices.settle(plan.config.name);
  }
  return way;
}

function addressesOf({ nodePort }: Plan, { config: { name } }: InterfacePlan): NodePortPlan | undefined {
  return nodePort.find((each) => each.name === name && !each.isPrimary);
}

import type { Eni } from '../../claim/facts.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { StoredIntent, WantedLink } from '../../host/port.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import { floatingIn } from '../../plan/node-port.ts';
import { type FormerLife, formerLife } from '../../plan/node-port-former.ts';
import type { InterfacePlan, NodePortPlan } from '../../plan/steps.ts';
import { isMade } from '../../plan/tags.ts';
import type { InterfaceResult } from '../../report/result.ts';
import { type Deferred, setDeleteOnTermination, setSourceDestCheck } from './attributes.ts';
import { tagClaimed } from './claim-tags.ts';
import type { RunContext } from './context.ts';
import type { Devices } from './devices.ts';
import { claimNodePort } from './node-port/claim.ts';
import { endFormerLife } from './node-port/former-life.ts';
import { type Made, obtain } from './obtain.ts';

/** An interface whose device is there. */
export interface Ready {
  plan: InterfacePlan;
  eni: Eni;
  deviceIndex: number;
  outcome: InterfaceResult['outcome'];
  /** Undefined for a device that a pod has taken into its network namespace, as host-device does. */
  link: WantedLink | undefined;
  deleteOnTermination: Deferred;
  /** The NodePort addresses that its link is to carry, where it has any. */
  nodePort: NodePortLink | undefined;
}

/**
 * Takes one interface all the way to its device: ENI, link files, attach, tags, attributes, device.
 *
 * @param nodePort its NodePort addresses
 * @param made filled in as the ENI comes to be ours, so that it is known whatever is thrown
 * @param devices of all interfaces
 */
export async function bringUp(
  context: RunContext,
  plan: InterfacePlan,
  nodePort: NodePortPlan | undefined,
  intents: readonly StoredIntent[],
  made: Made,
  devices: Devices,
): Promise<Ready> {
  const { config, source } = plan;
  const { name } = config;
  const { eni, link, outcome, attached } = await obtain(context, plan, nodePort, intents, made);
  const { attachmentId, deviceIndex } = attached;
  const deleteOnTermination = setDeleteOnTermination(context, plan, eni, attachmentId);
  const ready = { plan, eni, deviceIndex, outcome, deleteOnTermination };
  const isElsewhere = source.kind === 'attached' && (await isInPod(context, eni));
  if (isElsewhere) {
    context.log.info(`${name}: its device is not on the host, and kubelet has run: a pod has it`, {
      interface: name,
    });
  }
  // An ENI that we made, for an interface that has become `existing` since, stays what it is.
  const isClaim = config.existing !== undefined && !isMade(eni);
  const floating = floatingOn(nodePort, eni);
  if (made.claimed !== undefined) {
    made.claimed.floating = floating;
  }
  const former = isClaim ? formerLife(eni, nodePort, context.instance.instanceId) : undefined;
  const tagged =
    former && endFormerLife(context, name, eni, former, () => tagClaimed(context, name, eni, floating));
  // Beside the wait for the device, which takes longer as a rule.
  const addresses =
    nodePort === undefined || isElsewhere
      ? undefined
      : untilFree(former, tagged).then(() =>
          claimNodePort(context, nodePort, eni, devices.others(name), tagged),
        );
  const whole = isElsewhere
    ? []
    : [
        setSourceDestCheck(context, plan, eni),
        waitForDevice(context, plan, eni).finally(() => devices.settle(name)),
      ];
  try {
    await Promise.all([tagged, addresses, ...whole]);
  } finally {
    // What is taken back must not be tagged, or given addresses, thereafter.
    await Promise.allSettled([tagged, addresses]);
  }
  return { ...ready, link: isElsewhere ? undefined : link, nodePort: await addresses };
}

/** What a former node has left there must be off before: an ENI holds so many addresses, and of a list one. */
async function untilFree(former: FormerLife | undefined, tagged: Promise<void> | undefined): Promise<void> {
  if (former !== undefined && former.addresses.length > 0) {
    await tagged;
  }
}

function floatingOn(plan: NodePortPlan | undefined, { subnetId }: Eni): string[] {
  const subnet = plan?.subnets.find(({ id }) => id === subnetId);
  return plan === undefined || subnet === undefined ? [] : floatingIn(plan.entries, subnet);
}

async function isInPod({ host, kubeletHasRun }: RunContext, eni: Eni): Promise<boolean> {
  const links = await host.links();
  return !links.some((link) => link.mac === eni.mac) && (await kubeletHasRun());
}

async function waitForDevice(
  { host, log, clock, signal, config }: RunContext,
  plan: InterfacePlan,
  eni: Eni,
): Promise<void> {
  const { name } = plan.config;
  const started = clock.now();
  try {
    log.progress(`${name}: waiting for its device`);
    const link = await host.waitForDevice(eni.mac, signal);
    log[plan.source.kind === 'attached' ? 'debug' : 'info'](`${name}: its device is there, as ${link.name}`, {
      interface: name,
      mac: eni.mac,
      ms: Math.round(clock.now() - started),
    });
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    const ms = clock.now() - started;
    // One that was attached late in the run may only need more time, which the next run has.
    throw new Failure(
      ms < config.timeoutMs / 10 ? ExitCode.deadline : ExitCode.host,
      `${name}: ${eni.id} is attached, but no device with MAC ${eni.mac} appeared in ` +
        `${Math.round(ms / 1000)} s: see \`journalctl -k\` for the ENA driver; a reboot, or another instance, may help`,
      { cause: error },
    );
  }
}

import type { Eni } from '../../claim/facts.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { StoredIntent, WantedLink } from '../../host/port.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import type { InterfaceResult } from '../../report/result.ts';
import { attachEni } from './attach-eni.ts';
import { type Deferred, setDeleteOnTermination, setSourceDestCheck } from './attributes.ts';
import { claimEni } from './claim-eni.ts';
import type { RunContext } from './context.ts';
import { recoverEni } from './recover-eni.ts';

/** An interface whose device is there. */
export interface Ready {
  plan: InterfacePlan;
  eni: Eni;
  deviceIndex: number;
  outcome: InterfaceResult['outcome'];
  /** Undefined for a device that a pod has taken into its network namespace, as host-device does. */
  link: WantedLink | undefined;
  deleteOnTermination: Deferred;
}

/** What a run has made for an interface, to be taken back if it fails. */
export interface Made {
  eniId?: string;
}

/**
 * Takes one interface all the way to its device: ENI, link files, attach, attributes, device.
 *
 * @param made filled in as the ENI comes to be ours, so that it is known whatever is thrown
 */
export async function bringUp(
  context: RunContext,
  plan: InterfacePlan,
  intents: readonly StoredIntent[],
  made: Made,
): Promise<Ready> {
  const { name } = plan.config;
  const { eni, outcome } = await obtain(context, plan, intents);
  if (plan.source.kind !== 'attached') {
    made.eniId = eni.id;
  }
  const link = { name, mac: eni.mac, mtu: plan.config.mtu, eniId: eni.id };
  // Before the attach: udev reads these files the moment the device appears.
  await context.host.writeLinkFiles(context.instance.instanceId, link);
  const { attachmentId, deviceIndex } = await attachment(context, plan, eni);
  const deleteOnTermination = setDeleteOnTermination(context, plan, eni.id, attachmentId);
  const ready = { plan, eni, deviceIndex, outcome, deleteOnTermination };
  if (plan.source.kind === 'attached' && (await isInPod(context, eni))) {
    context.log.info(`${name}: its device is not on the host, and kubelet has run: a pod has it`, {
      interface: name,
    });
    return { ...ready, link: undefined };
  }
  await Promise.all([setSourceDestCheck(context, plan, eni.id), waitForDevice(context, plan, eni)]);
  return { ...ready, link };
}

async function isInPod({ host, kubeletHasRun }: RunContext, eni: Eni): Promise<boolean> {
  const links = await host.links();
  return !links.some((link) => link.mac === eni.mac) && (await kubeletHasRun());
}

async function obtain(
  context: RunContext,
  plan: InterfacePlan,
  intents: readonly StoredIntent[],
): Promise<Pick<Ready, 'eni' | 'outcome'>> {
  const { source, config } = plan;
  if (source.kind === 'attached') {
    return { eni: source.eni, outcome: 'in place' };
  }
  if (source.kind === 'adopt') {
    return { eni: source.eni, outcome: 'adopted' };
  }
  const intent = intents.find((each) => each.interface === config.name);
  if (source.kind === 'recover' && intent !== undefined) {
    const eni = await recoverEni(context, plan, intent);
    if (eni !== undefined) {
      return { eni, outcome: 'adopted' };
    }
  }
  return { eni: await claimEni(context, plan), outcome: 'created' };
}

async function attachment(context: RunContext, plan: InterfacePlan, eni: Eni) {
  if (plan.source.kind === 'attached' && eni.attachment !== undefined) {
    return { attachmentId: eni.attachment.id, deviceIndex: eni.attachment.deviceIndex };
  }
  return attachEni(context, plan, eni);
}

async function waitForDevice(
  { host, log, clock, signal }: RunContext,
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
    throw new Failure(
      ExitCode.host,
      `${name}: ${eni.id} is attached, but no device with MAC ${eni.mac} appeared in ` +
        `${Math.round((clock.now() - started) / 1000)} s: see \`journalctl -k\` for the ENA driver; a reboot, or another instance, may help`,
      { cause: error },
    );
  }
}

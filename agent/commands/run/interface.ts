import type { Eni } from '../../claim/facts.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { Intent, WantedLink } from '../../host/port.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import { attachEni } from './attach-eni.ts';
import { claimEni } from './claim-eni.ts';
import type { RunContext } from './context.ts';
import { recoverEni } from './recover-eni.ts';

/** An interface whose device is there. */
export interface Ready {
  plan: InterfacePlan;
  eni: Eni;
  deviceIndex: number;
  outcome: 'created' | 'adopted' | 'in place';
  link: WantedLink;
  /** What kubelet need not wait for any longer: a DeleteOnTermination that EC2 has put off. */
  afterwards: Promise<void>;
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
  intents: readonly Intent[],
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
  const [{ afterwards }] = await Promise.all([
    setDeleteOnTermination(context, plan, eni, attachmentId),
    setSourceDestCheck(context, plan, eni),
    waitForDevice(context, plan, eni),
  ]);
  return { plan, eni, deviceIndex, outcome, link, afterwards };
}

async function obtain(
  context: RunContext,
  plan: InterfacePlan,
  intents: readonly Intent[],
): Promise<Pick<Ready, 'eni' | 'outcome'>> {
  const { source, config } = plan;
  if (source.kind === 'attached') {
    return { eni: source.eni, outcome: 'in place' };
  }
  if (source.kind === 'adopt') {
    context.log.info(`${config.name}: an earlier run left ${source.eni.id}; taking it up`, {
      interface: config.name,
      eni: source.eni.id,
    });
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

/**
 * Without it the ENI would outlive its instance: EC2's default for an attached ENI is false. EC2's first answer
 * comes while the device appears. Where it puts the call off, the retries go on behind the open gate, since
 * kubelet need not wait for them; where it refuses the call, the interface fails.
 */
async function setDeleteOnTermination(
  context: RunContext,
  { config: { name, deleteOnTermination }, setDeleteOnTermination: isNeeded }: InterfacePlan,
  eni: Eni,
  attachmentId: string,
): Promise<Pick<Ready, 'afterwards'>> {
  if (!isNeeded) {
    return { afterwards: Promise.resolve() };
  }
  const answered = Promise.withResolvers<void>();
  const afterwards = ask(
    context,
    `set DeleteOnTermination of ${eni.id} to ${deleteOnTermination} for ${name}`,
    (signal) =>
      context.ec2
        .setDeleteOnTermination(eni.id, attachmentId, deleteOnTermination, signal)
        .finally(answered.resolve),
  );
  // A refusal is thrown right behind the first answer: hence the turn of the clock.
  await Promise.race([afterwards, answered.promise.then(() => context.clock.sleep(0))]);
  return { afterwards };
}

async function setSourceDestCheck(
  context: RunContext,
  { config: { name, sourceDestCheck }, setSourceDestCheck: isNeeded }: InterfacePlan,
  eni: Eni,
): Promise<void> {
  if (isNeeded) {
    await ask(context, `set SourceDestCheck of ${eni.id} to ${sourceDestCheck} for ${name}`, (signal) =>
      context.ec2.setSourceDestCheck(eni.id, sourceDestCheck, signal),
    );
  }
}

async function waitForDevice(
  { host, log, clock, signal }: RunContext,
  plan: InterfacePlan,
  eni: Eni,
): Promise<void> {
  const { name } = plan.config;
  const started = clock.now();
  try {
    const link = await host.waitForDevice(eni.mac, signal);
    log.info(`${name}: its device is there, as ${link.name}`, {
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

import type { Eni } from '../../claim/facts.ts';
import { isScarce } from '../../ec2/pace.ts';
import type { StoredIntent, WantedLink } from '../../host/port.ts';
import type { InterfacePlan, NodePortPlan, Source } from '../../plan/steps.ts';
import { isMade } from '../../plan/tags.ts';
import type { InterfaceResult } from '../../report/result.ts';
import { type Attached, attachEni } from './attach-eni.ts';
import { claimEni } from './claim-eni.ts';
import { claimExisting } from './claim-existing.ts';
import type { RunContext } from './context.ts';
import { recoverEni } from './recover-eni.ts';

/** What a run has made for an interface, to be taken back if it fails. */
export interface Made {
  /** The ENI that it created or adopted. */
  eniId?: string;
  /**
   * The ENI made beforehand that it is trying to attach; with its attachment, once EC2 has told it, and the NodePort
   * addresses that its tags are to name.
   */
  claimed?: { eniId: string; attachmentId?: string; floating?: readonly string[] } | undefined;
  /** For an ENI that was not attached before. */
  linkFiles?: boolean;
}

/** An ENI that is attached, its link files written before. */
interface Obtained {
  eni: Eni;
  link: WantedLink;
  outcome: InterfaceResult['outcome'];
  attached: Attached;
}

/** After its creation EC2 knows an ENI everywhere, as a rule, in ms. */
const knownMs = 500;

/**
 * Finds, creates or claims the interface's ENI, and attaches it.
 *
 * @param made filled in as the ENI comes to be ours, so that it is known whatever is thrown
 */
export async function obtain(
  context: RunContext,
  plan: InterfacePlan,
  nodePort: NodePortPlan | undefined,
  intents: readonly StoredIntent[],
  made: Made,
): Promise<Obtained> {
  const { source } = plan;
  // Before the attach: udev reads these files the moment the device appears.
  const prepare = async (eni: Eni) => {
    made.linkFiles = source.kind !== 'attached';
    const link = linkOf(plan, eni);
    await context.host.writeLinkFiles(context.instance.instanceId, link);
    return link;
  };
  if (source.kind === 'claim') {
    const isFit = ({ subnetId }: Eni) => nodePort?.subnets.some(({ id }) => id === subnetId) ?? true;
    const claimed = await claimExisting(context, plan, source, isFit, prepare, (eni) => {
      made.claimed = eni && { eniId: eni.id };
    });
    made.claimed = { eniId: claimed.eni.id, attachmentId: claimed.attached.attachmentId };
    return { ...claimed, outcome: 'claimed' };
  }
  const { eni, outcome } = await ownEni(context, source, intents);
  if (source.kind === 'attached' && eni.attachment !== undefined) {
    await noteClaim(context, plan, eni, intents);
    const link = await prepare(eni);
    const { id, deviceIndex } = eni.attachment;
    return { eni, link, outcome, attached: { attachmentId: id, deviceIndex } };
  }
  made.eniId = eni.id;
  const link = await prepare(eni);
  if (outcome === 'created') {
    await untilKnown(context);
  }
  const attached = await attachEni(context, plan, eni);
  if (attached === undefined) {
    throw new Error(`${eni.id}, which nobody else may attach, is attached elsewhere`);
  }
  return { eni, link, outcome, attached };
}

/** What EC2 has just created it may not know yet when it is to be attached. In a crowd that is a call too many. */
async function untilKnown({ clock, signal, pace }: RunContext): Promise<void> {
  if (isScarce('AttachNetworkInterface', await pace)) {
    await clock.sleep(knownMs, signal).catch(() => undefined);
  }
}

async function ownEni(
  context: RunContext,
  source: Exclude<Source, { kind: 'claim' }>,
  intents: readonly StoredIntent[],
): Promise<Pick<Obtained, 'eni' | 'outcome'>> {
  if (source.kind === 'attached') {
    return { eni: source.eni, outcome: 'in place' };
  }
  if (source.kind === 'adopt') {
    return { eni: source.eni, outcome: 'adopted' };
  }
  const intent = intents.find((each) => each.interface === source.config.name);
  if (source.kind === 'recover' && intent?.kind === 'create') {
    const eni = await recoverEni(context, source, intent);
    if (eni !== undefined) {
      return { eni, outcome: 'adopted' };
    }
  }
  return { eni: await claimEni(context, source), outcome: 'created' };
}

/** One that another hand has attached is to be found by release, whatever becomes of its tags. */
async function noteClaim(
  { host, instance: { instanceId } }: RunContext,
  { config: { existing, name } }: InterfacePlan,
  eni: Eni,
  intents: readonly StoredIntent[],
): Promise<void> {
  const isNoted = intents.some((each) => each.kind === 'claim' && each.eniId === eni.id);
  if (existing !== undefined && !isMade(eni) && !isNoted) {
    await host.writeIntent({ kind: 'claim', instanceId, interface: name, eniId: eni.id, mac: eni.mac });
  }
}

function linkOf({ config: { name, mtu } }: InterfacePlan, { mac, id }: Eni): WantedLink {
  return { name, mac, mtu, eniId: id };
}

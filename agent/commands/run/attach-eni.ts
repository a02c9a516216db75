import type { Attachment, Eni } from '../../claim/facts.ts';
import { Ec2Error, type ErrorClass } from '../../ec2/port.ts';
import { nextDeviceIndex, takenIndexes } from '../../plan/device-index.ts';
import { isAttached } from '../../plan/eni-source.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { finalIfGone } from './gone.ts';

/** More than any network card carries: someone who takes index after index must not keep us here. */
const mostIndexes = 16;

export interface Attached {
  attachmentId: string;
  deviceIndex: number;
}

/**
 * Attaches the ENI, at the next free device index if another ENI has taken the planned one meanwhile. Attach
 * has no client token: after an answer that may be to our own first try, EC2 is asked what is attached. Answers
 * nothing for an ENI made beforehand that another node has attached, or that is gone.
 *
 * @param mayBeOurs an earlier run may have attached it, though no listing shows it yet
 */
export async function attachEni(
  context: RunContext,
  plan: InterfacePlan,
  eni: Eni,
  mayBeOurs = false,
): Promise<Attached | undefined> {
  const { ec2, instance, log, clock } = context;
  const { networkCard } = plan;
  const { name } = plan.config;
  const refused = new Set<number>();
  const started = clock.now();
  const rivalry = { isOpen: plan.source.kind === 'claim', mayBeOurs, wasDetaching: false };
  const expected: ErrorClass[] = rivalry.isOpen ? ['eniInUse', 'notFound'] : [];
  for (let deviceIndex = plan.deviceIndex; ; ) {
    const outcome = await ask(
      context,
      `attach ${eni.id} for ${name} at device index ${deviceIndex}`,
      (signal) => attachOnce(context, { eniId: eni.id, deviceIndex, networkCard }, rivalry, signal),
      refused.size < mostIndexes ? [...expected, 'indexTaken'] : expected,
    );
    if (outcome instanceof Ec2Error && outcome.class !== 'indexTaken') {
      return undefined;
    }
    if (!(outcome instanceof Ec2Error)) {
      log.info(`${name}: attached at device index ${outcome.deviceIndex}`, {
        interface: name,
        eni: eni.id,
        deviceIndex: outcome.deviceIndex,
        networkCard,
        ms: Math.round(clock.now() - started),
      });
      return { attachmentId: outcome.id, deviceIndex: outcome.deviceIndex };
    }
    refused.add(deviceIndex);
    const attached = await ask(context, `look which device indexes are taken, for ${name}`, (signal) =>
      ec2.describeEnis({ attachedTo: instance.instanceId }, signal),
    );
    const taken = takenIndexes(attached, instance.instanceId, networkCard);
    const next = nextDeviceIndex(new Set([...taken, ...refused]));
    log.info(`${name}: device index ${deviceIndex} is taken; trying ${next}`, {
      interface: name,
      deviceIndex,
    });
    deviceIndex = next;
  }
}

type Request = Pick<Attachment, 'deviceIndex' | 'networkCard'> & { eniId: string };
type Outcome = Pick<Attachment, 'id' | 'deviceIndex'>;

/** Other nodes may attach the same ENI; an answer that was lost may have been to an attach of ours. */
interface Rivalry {
  isOpen: boolean;
  mayBeOurs: boolean;
  /** Whether at the last refusal another ENI of this instance was still detaching. */
  wasDetaching: boolean;
}

async function attachOnce(
  { ec2, instance: { instanceId } }: RunContext,
  request: Request,
  rivalry: Rivalry,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const id = await ec2.attachEni({ ...request, instanceId }, signal);
    return { id, deviceIndex: request.deviceIndex };
  } catch (error) {
    if (error instanceof Ec2Error && error.code === 'AttachmentLimitExceeded') {
      throw await unlessDetaching(ec2, instanceId, rivalry, error, signal);
    }
    if (!(error instanceof Ec2Error) || !mayBeOurOwn.includes(error.class)) {
      throw rivalry.isOpen ? finalIfGone(error) : error;
    }
    rivalry.mayBeOurs ||= error.class === 'transient';
    const [eni] = await ec2.describeEnis({ ids: [request.eniId] }, signal);
    if (eni?.attachment !== undefined && isAttached(eni, instanceId)) {
      return eni.attachment;
    }
    const isLost = rivalry.isOpen && (eni?.attachment !== undefined || !rivalry.mayBeOurs);
    if (error.class === 'eniInUse' && !isLost) {
      // Our own first try, which no listing shows yet, or a detach that has not finished.
      throw new Ec2Error(error.action, 'notYet', error.code, error.message, { cause: error });
    }
    throw error;
  }
}

/** The error as one to wait for, as long as an ENI is detaching, and once more: it may have gone just now. */
async function unlessDetaching(
  ec2: RunContext['ec2'],
  instanceId: string,
  rivalry: Rivalry,
  error: Ec2Error,
  signal: AbortSignal,
): Promise<Ec2Error> {
  const enis = await ec2.describeEnis({ attachedTo: instanceId }, signal);
  const isDetaching = enis.some(({ attachment }) => attachment?.status === 'detaching');
  const isWorthWaiting = isDetaching || rivalry.wasDetaching;
  rivalry.wasDetaching = isDetaching;
  return isWorthWaiting
    ? new Ec2Error(error.action, 'notYet', error.code, error.message, { cause: error })
    : error;
}

const mayBeOurOwn: readonly string[] = ['transient', 'eniInUse', 'indexTaken'];

import { combine, exitCodeOf, Failure, messageOf } from '../../failure.ts';
import type { ClaimIntent, Stored } from '../../host/port.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { ask } from '../run/ask.ts';
import type { RunContext } from '../run/context.ts';
import { giveBackEni } from '../run/give-back.ts';
import { handBackEni } from '../run/hand-back.ts';
import { settle } from '../run/recover-eni.ts';
import { attachShownMs, type Left } from './left.ts';

/**
 * Takes back one interface. Its ENIs first: until they are gone, udev must know the name of their device, and the
 * intent must tell the next release, or run, of an ENI that EC2's listings do not show. So the link files go then, and
 * the intent last. Throws a `Failure` that says what is left.
 */
export async function releaseInterface(context: RunContext, left: Left): Promise<void> {
  const { host, instance, log } = context;
  const { name } = left;
  try {
    await releaseEnis(context, left);
    if (left.hasLinkFiles || left.hasIntent) {
      await host.removeLinkFiles(instance.instanceId, name);
      log.info(`${name}: removed its link files`, { interface: name });
    }
    if (left.hasIntent) {
      await host.removeIntent(name);
      log.info(`${name}: removed its intent`, { interface: name });
    }
  } catch (error) {
    const enis = [...left.created, ...left.claimed].map(({ id }) => id).join(', ');
    throw new Failure(
      exitCodeOf(error),
      `${messageOf(error)}. Left of ${name}: ${enis === '' ? 'its files' : `${enis}, and its files`}; run ` +
        '`multus-bootstrap release` again, which goes on where this one has ended',
      { cause: error },
    );
  }
}

async function releaseEnis(context: RunContext, left: Left): Promise<void> {
  const { name } = left;
  const outcomes = await Promise.allSettled([
    ...left.created.map((eni) => giveBackEni(context, name, eni)),
    ...left.claimed.map(({ id }) => handBackEni(context, name, id)),
    releaseUnseen(context, left),
  ]);
  const failures = outcomes.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0) {
    throw combine(failures);
  }
}

/** What a killed run asked EC2 for last, and EC2 does not show yet, or never did. */
async function releaseUnseen(context: RunContext, { name, open, unsure }: Left): Promise<void> {
  if (open !== undefined) {
    const eni = await settle(context, open);
    if (eni !== undefined) {
      await giveBackEni(context, name, eni);
    }
  }
  if (unsure !== undefined && (await isAttachedAfterAll(context, unsure))) {
    await handBackEni(context, name, unsure.eniId);
  }
}

/** Whether EC2 shows the attach that a killed run asked for, before the lag of its listings has passed. */
async function isAttachedAfterAll(
  context: RunContext,
  { interface: name, eniId, ageMs }: Stored<ClaimIntent>,
) {
  const { ec2, clock, log, signal, instance } = context;
  const until = clock.now() + Math.min(attachShownMs, attachShownMs - ageMs);
  log.info(`${name}: a run was about to attach ${eniId}: waiting for EC2 to show whether it did`, {
    interface: name,
    eni: eniId,
  });
  for (;;) {
    const [eni] = await ask(context, `see whether ${eniId} is attached for ${name}`, (each) =>
      ec2.describeEnis({ ids: [eniId] }, each),
    );
    if (eni === undefined || !isAvailable(eni)) {
      return eni?.attachment?.instanceId === instance.instanceId;
    }
    const left = until - clock.now();
    if (left <= 0) {
      return false;
    }
    await clock.sleep(Math.min(left, 1_000), signal);
  }
}

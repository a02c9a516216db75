import type { Eni } from '../../claim/facts.ts';
import { Ec2Error, type ErrorClass } from '../../ec2/port.ts';
import { messageOf } from '../../failure.ts';
import type { CreateIntent } from '../../host/port.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { createRequest } from './intent.ts';

/** EC2's refusals that concern this address or this subnet, and not the next. */
const elsewhere = ['taken', 'unusable', 'full'] as const;

/**
 * Creates the ENI of an intent that is on the disk, and notes its id there. Answers with EC2's refusal if it is
 * of a class in `expected`, by default those after which another address or subnet may do.
 */
export async function createEni(
  context: RunContext,
  intent: CreateIntent,
  expected: readonly ErrorClass[] = elsewhere,
): Promise<Eni | Ec2Error> {
  const { ec2, host, log, clock } = context;
  const started = clock.now();
  const named = [intent.address, intent.ipv6Address].filter((each) => each !== undefined);
  const where = `${intent.subnetId}${named.length === 0 ? '' : ` at ${named.join(' and ')}`}`;
  const eni = await ask(
    context,
    `create an ENI for ${intent.interface} in ${where}`,
    (signal) => ec2.createEni(createRequest(intent), signal),
    expected,
  );
  if (eni instanceof Ec2Error) {
    return eni;
  }
  // Without the note the ENI is found by its tags or its token: it must not be lost for want of disk space.
  await host
    .writeIntent({ ...intent, eniId: eni.id, mac: eni.mac })
    .catch((error: unknown) =>
      log.warn(`${messageOf(error)}; going on with ${eni.id}, which is not noted there`),
    );
  const [address] = eni.addresses;
  const [ipv6Address] = eni.ipv6Addresses;
  const claimed = [address, ipv6Address].filter((each) => each !== undefined).join(' and ');
  log.info(`${intent.interface}: claimed ${claimed} in ${eni.subnetId}`, {
    interface: intent.interface,
    eni: eni.id,
    subnet: eni.subnetId,
    address,
    ipv6Address,
    mac: eni.mac,
    ms: Math.round(clock.now() - started),
  });
  return eni;
}

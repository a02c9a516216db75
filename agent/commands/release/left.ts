import type { Eni } from '../../claim/facts.ts';
import type { ClaimIntent, CreateIntent, Stored, StoredIntent } from '../../host/port.ts';
import { interfaceOf, isAvailable, isWithin } from '../../plan/eni-source.ts';
import type { Instance } from '../../plan/observation.ts';
import { isClaimed, isOurs } from '../../plan/tags.ts';
import { unsettled } from '../../plan/unsettled.ts';

/** What is there of this node's runs, without regard to any configuration. */
export interface Seen {
  instance: Instance;
  /** This instance's, by attachment and by tags, and those that its claims name. */
  enis: readonly Eni[];
  intents: readonly StoredIntent[];
  /** The interfaces that have link files. */
  linkNames: readonly string[];
}

/** What is left of one interface. */
export interface Left {
  name: string;
  /** ENIs that a run created: to be deleted. */
  created: Eni[];
  /** ENIs made beforehand: to be untagged and detached. */
  claimed: Eni[];
  /** The create of an ENI that no listing shows. */
  open: Stored<CreateIntent> | undefined;
  /** The claim of an ENI that EC2 shows as available, though the attach may have been asked for just now. */
  unsure: Stored<ClaimIntent> | undefined;
  hasIntent: boolean;
  hasLinkFiles: boolean;
}

/** EC2's listings are behind by seconds: an attach that they do not show after so long, in ms, has not happened. */
export const attachShownMs = 30_000;

/** What is to be taken back, by interface; nothing where no run has done anything. */
export function leftOf(seen: Seen): Left[] {
  const own = seen.enis.filter((eni) => isReleasable(eni, seen.instance));
  const names = [
    ...own.flatMap((eni) => nameOf(eni, seen) ?? []),
    ...seen.intents.map((intent) => intent.interface),
    ...seen.linkNames,
  ];
  const open = unsettled({
    ...seen,
    enis: seen.enis.filter((eni) => eni.mac !== seen.instance.primaryMac),
    intents: seen.intents.filter((intent) => intent.kind === 'create'),
  });
  return [...new Set(names)].sort().map((name) => {
    const enis = own.filter((eni) => nameOf(eni, seen) === name);
    const intent = seen.intents.find((each) => each.interface === name);
    return {
      name,
      created: enis.filter((eni) => isOurs(eni, seen.instance.instanceId)),
      claimed: enis.filter((eni) => !isOurs(eni, seen.instance.instanceId)),
      open: intent?.kind === 'create' && open.some((each) => each.interface === name) ? intent : undefined,
      unsure: intent?.kind === 'claim' && isUnsure(intent, seen) ? intent : undefined,
      hasIntent: intent !== undefined,
      hasLinkFiles: seen.linkNames.includes(name),
    };
  });
}

/** ENIs with this instance's tags that are attached elsewhere: someone has taken them there. */
export function elsewhere({ instance, enis }: Seen): Eni[] {
  const { instanceId } = instance;
  return enis.filter(
    (eni) => (isOurs(eni, instanceId) || isClaimed(eni, instanceId)) && !isWithin(eni, instanceId),
  );
}

/** Never the primary one, whatever its tags say. */
function isReleasable(eni: Eni, { instanceId, primaryMac }: Instance): boolean {
  return eni.mac !== primaryMac && isWithin(eni, instanceId);
}

/** Tags that someone has tampered with may name the instance and no interface. */
function nameOf(eni: Eni, { instance, intents }: Seen): string | undefined {
  const claims = intents.filter((intent) => intent.kind === 'claim');
  const isTagged = isOurs(eni, instance.instanceId) || isClaimed(eni, instance.instanceId);
  return interfaceOf(eni, { instance, claims }) ?? (isTagged ? eni.id : undefined);
}

function isUnsure({ eniId, ageMs }: Stored<ClaimIntent>, { enis, instance }: Seen): boolean {
  const eni = enis.find(({ id }) => id === eniId);
  return (
    eni !== undefined && isAvailable(eni) && !isClaimed(eni, instance.instanceId) && ageMs < attachShownMs
  );
}

import type { Eni, TypeLimits } from '../claim/facts.ts';
import type { InterfaceConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { isAttached } from './eni-source.ts';

/** Index 0 of card 0 is the primary ENI, and further cards' first ENI takes index 1 too (EC2 user guide, network cards). */
const firstIndex = 1;

/**
 * The lowest device index that nothing holds on this network card, above `after`, so that the interfaces keep
 * the order of the configuration. A device index is unique per card, not per instance.
 */
export function nextDeviceIndex(taken: ReadonlySet<number>, after = firstIndex - 1): number {
  let index = Math.max(after + 1, firstIndex);
  while (taken.has(index)) {
    index += 1;
  }
  return index;
}

/** Gives out device indexes, card by card, in the order of the interfaces. */
export interface Indexes {
  /** The index that the attached ENI has, noted, or the next free one of that card. */
  next(networkCard: number, attachedAt: number | undefined): number;
}

/** Those that are left beside the ENIs of this instance. */
export function createIndexes(enis: readonly Eni[], instanceId: string): Indexes {
  const cards = new Map<number, { taken: Set<number>; last: number | undefined }>();
  return {
    next(networkCard, attachedAt) {
      const taken = takenIndexes(enis, instanceId, networkCard);
      const card = cards.get(networkCard) ?? { taken, last: undefined };
      const index = attachedAt ?? nextDeviceIndex(card.taken, card.last);
      cards.set(networkCard, { taken: card.taken.add(index), last: index });
      return index;
    },
  };
}

/** The device indexes in use on a card of this instance: EC2's word, detaching ones included. */
export function takenIndexes(enis: readonly Eni[], instanceId: string, networkCard: number): Set<number> {
  return new Set(
    enis
      .map((eni) => eni.attachment)
      .filter((attachment) => attachment?.instanceId === instanceId && attachment.networkCard === networkCard)
      .flatMap((attachment) => attachment?.deviceIndex ?? []),
  );
}

/**
 * Throws a `Failure` (6) if the instance type cannot carry the new ENIs beside those attached, in all or on one
 * of its network cards. What is detaching makes room: an attach waits for that.
 */
export function checkLimits(
  toAttach: readonly InterfaceConfig[],
  enis: readonly Eni[],
  instanceId: string,
  limits: TypeLimits,
): void {
  const attached = enis.flatMap((eni) =>
    eni.attachment !== undefined && isAttached(eni, instanceId) ? [eni.attachment] : [],
  );
  for (const { name, networkCard } of toAttach) {
    const card = limits.cards.find((each) => each.index === networkCard);
    if (card === undefined) {
      throw new Failure(
        ExitCode.limit,
        `${name}: ${limits.type} has no network card ${networkCard}, only ${limits.cards.map((each) => each.index).join(', ')}. Correct networkCard or choose another instance type`,
      );
    }
    const onCard = attached.filter((each) => each.networkCard === networkCard).length;
    const more = toAttach.filter((each) => each.networkCard === networkCard).length;
    if (onCard + more > card.maximumInterfaces) {
      throw tooMany(
        `network card ${networkCard} of ${limits.type}`,
        card.maximumInterfaces,
        onCard,
        more,
        name,
      );
    }
  }
  const [first] = toAttach;
  if (first !== undefined && attached.length + toAttach.length > limits.maximumInterfaces) {
    throw tooMany(limits.type, limits.maximumInterfaces, attached.length, toAttach.length, first.name);
  }
}

function tooMany(where: string, limit: number, attached: number, more: number, name: string): Failure {
  return new Failure(
    ExitCode.limit,
    `${name}: ${where} carries ${limit} ENIs, has ${attached}, and the configuration needs ${more} more. Choose a larger instance type or fewer interfaces`,
  );
}

import { ApiError, invalidParameter } from './api-error.ts';
import { contains, formatAddress, overlap, parseAddress, parseCidr, type Range } from './ipv4.ts';
import type { Random } from './random.ts';
import type { Reservation } from './records.ts';

const prefixSize = 16n;

/** Who owns which address of a subnet: every address has one owner at most. */
export class AddressPool {
  readonly range: Range;
  readonly reservations = new Map<string, Reservation & { range: Range }>();
  readonly #owners = new Map<bigint, string>();

  constructor(range: Range) {
    this.range = range;
  }

  get size(): bigint {
    return this.range.last - this.range.first + 1n;
  }

  /** As DescribeSubnets counts: the addresses with an owner and the five reserved ones are not available. */
  get available(): number {
    return Number(this.size) - 5 - this.#owners.size;
  }

  ownerOf(address: string): string | undefined {
    const value = parseAddress(address);
    return value === undefined ? undefined : this.#owners.get(value);
  }

  /** The first four addresses and the last belong to AWS in every subnet, whatever its size. */
  isReserved(address: bigint): boolean {
    return address < this.range.first + 4n || address === this.range.last;
  }

  /**
   * The address of that text, if a client may name it. Naming one inside an explicit CIDR reservation is
   * allowed; whether one inside a prefix reservation may be named is not documented, so that is the caller's choice.
   */
  nameable(text: string, allowInPrefixReservation: boolean): bigint {
    const address = parseAddress(text);
    if (address === undefined) {
      throw invalidParameter(`invalid value for parameter address: ${text}`);
    }
    if (!contains(this.range, address)) {
      throw invalidParameter("Address does not fall within the subnet's address range");
    }
    if (this.isReserved(address)) {
      throw invalidParameter("Address is in subnet's reserved address range");
    }
    if (!allowInPrefixReservation && this.#reservedAs(address)?.type === 'prefix') {
      throw invalidParameter(`Address ${text} is in a subnet CIDR reservation for prefixes.`);
    }
    return address;
  }

  /** Answers the address as text. */
  take(address: bigint, owner: string): string {
    const present = this.#owners.get(address);
    if (present !== undefined) {
      throw new Error(`${formatAddress(address)} has an owner: ${present}`);
    }
    this.#owners.set(address, owner);
    return formatAddress(address);
  }

  /** Takes every address of a /28, one by one: whoever names one of them meets its owner. Answers the CIDR. */
  takePrefix(cidr: string, owner: string): string {
    const range = this.#prefix(cidr);
    if (!this.#isFree(range)) {
      throw new ApiError('InvalidIPAddress.InUse', `The specified prefix ${cidr} is already in use.`);
    }
    for (const address of addressesOf(range)) {
      this.#owners.set(address, owner);
    }
    return cidr;
  }

  give(held: { addresses: readonly string[]; prefixes: readonly string[] }): void {
    for (const text of held.addresses) {
      const address = parseAddress(text);
      if (address !== undefined) {
        this.#owners.delete(address);
      }
    }
    for (const cidr of held.prefixes) {
      for (const address of addressesOf(this.#prefix(cidr))) {
        this.#owners.delete(address);
      }
    }
  }

  #prefix(cidr: string): Range {
    const range = parseCidr(cidr);
    if (range === undefined || range.last - range.first + 1n !== prefixSize) {
      throw invalidParameter(`invalid value for parameter Ipv4Prefix: ${cidr}`);
    }
    if (!contains(this.range, range.first) || !contains(this.range, range.last)) {
      throw invalidParameter("Address does not fall within the subnet's address range");
    }
    return range;
  }

  #isFree(range: Range): boolean {
    for (const address of addressesOf(range)) {
      if (this.#owners.has(address) || this.isReserved(address)) {
        return false;
      }
    }
    return true;
  }

  /** Takes an address of EC2's own choice, none of `except` (addresses and /28s); answers it. */
  takeFree(random: Random, owner: string, except: readonly string[] = []): string {
    const avoided = except.flatMap((text) => parseCidr(text.includes('/') ? text : `${text}/32`) ?? []);
    return this.take(this.#chooseFree(random, avoided), owner);
  }

  /** Any free address outside every reservation, not the first. */
  #chooseFree(random: Random, avoided: readonly Range[]): bigint {
    const start = BigInt(random.below(Number(this.size)));
    for (let step = 0n; step < this.size; step++) {
      const address = this.range.first + ((start + step) % this.size);
      if (
        !this.#owners.has(address) &&
        !this.isReserved(address) &&
        !this.#reservedAs(address) &&
        !avoided.some((range) => contains(range, address))
      ) {
        return address;
      }
    }
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.',
    );
  }

  /** EC2's own choice of a /28: from a prefix reservation if there is one, else from outside every reservation. */
  chooseFreePrefix(random: Random): string {
    const count = this.size / prefixSize;
    const start = BigInt(random.below(Number(count)));
    const reserved = [...this.reservations.values()].some((each) => each.type === 'prefix');
    for (let step = 0n; step < count; step++) {
      const first = this.range.first + ((start + step) % count) * prefixSize;
      const range = { first, last: first + prefixSize - 1n };
      const type = this.#reservationTouching(range)?.type;
      if (type === (reserved ? 'prefix' : undefined) && this.#isFree(range)) {
        return `${formatAddress(first)}/28`;
      }
    }
    throw new ApiError(
      'InsufficientCidrBlocks',
      'The specified subnet does not have enough free cidr blocks to satisfy the request.',
    );
  }

  #reservedAs(address: bigint): Reservation | undefined {
    if (this.reservations.size === 0) {
      return undefined;
    }
    return this.#reservationTouching({ first: address, last: address });
  }

  #reservationTouching(range: Range): Reservation | undefined {
    for (const reservation of this.reservations.values()) {
      if (overlap(reservation.range, range)) {
        return reservation;
      }
    }
    return undefined;
  }
}

function* addressesOf(range: Range): Generator<bigint> {
  for (let address = range.first; address <= range.last; address++) {
    yield address;
  }
}

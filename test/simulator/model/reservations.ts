import { ApiError, invalidParameter } from './api-error.ts';
import { notFound } from './ids.ts';
import { formatCidr, overlap, parseCidr, within } from './ip.ts';
import type { Reservation } from './records.ts';
import type { World } from './world.ts';

export function addReservation(world: World, request: Omit<Reservation, 'id'>): Reservation {
  const subnet = world.subnet(request.subnetId);
  const pool = request.cidr.includes(':') ? subnet.ipv6Pool : subnet.pool;
  const range = parseCidr(request.cidr, pool.family);
  if (range === undefined) {
    throw invalidParameter(`invalid value for parameter cidr: ${request.cidr}`);
  }
  if (!pool.ranges.some((each) => within(each, range))) {
    throw invalidParameter(`The CIDR '${request.cidr}' is not within the subnet's range.`);
  }
  for (const other of pool.reservations.values()) {
    if (overlap(other.range, range)) {
      throw new ApiError(
        'InvalidSubnetCidrReservation.Overlap',
        `The CIDR '${request.cidr}' overlaps with the reservation ${other.id}.`,
      );
    }
  }
  const reservation = { ...request, cidr: formatCidr(range, pool.family), id: world.random.id('scr') };
  pool.reservations.set(reservation.id, { ...reservation, range });
  return reservation;
}

export function deleteReservation(world: World, id: string): Reservation {
  for (const pool of [...world.subnets.values()].flatMap((subnet) => [subnet.pool, subnet.ipv6Pool])) {
    const reservation = pool.reservations.get(id);
    if (reservation !== undefined) {
      pool.reservations.delete(id);
      return reservation;
    }
  }
  throw notFound('scr', id);
}

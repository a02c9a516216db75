import { ApiError, invalidParameter } from './api-error.ts';
import { notFound } from './ids.ts';
import { contains, overlap, parseCidr } from './ipv4.ts';
import type { Reservation } from './records.ts';
import type { World } from './world.ts';

export function addReservation(world: World, request: Omit<Reservation, 'id'>): Reservation {
  const { pool } = world.subnet(request.subnetId);
  const range = parseCidr(request.cidr);
  if (range === undefined) {
    throw invalidParameter(`invalid value for parameter cidr: ${request.cidr}`);
  }
  if (!contains(pool.range, range.first) || !contains(pool.range, range.last)) {
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
  const reservation = { ...request, id: world.random.id('scr') };
  pool.reservations.set(reservation.id, { ...reservation, range });
  return reservation;
}

export function deleteReservation(world: World, id: string): Reservation {
  for (const { pool } of world.subnets.values()) {
    const reservation = pool.reservations.get(id);
    if (reservation !== undefined) {
      pool.reservations.delete(id);
      return reservation;
    }
  }
  throw notFound('scr', id);
}

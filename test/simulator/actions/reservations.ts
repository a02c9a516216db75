import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { requiredText, text } from '../api/params.ts';
import type { Answer } from '../http/xml.ts';
import { invalidParameter } from '../model/api-error.ts';
import { idOf } from '../model/ids.ts';
import type { Reservation } from '../model/records.ts';
import { addReservation, deleteReservation } from '../model/reservations.ts';
import type { World } from '../model/world.ts';

function answer(world: World, reservation: Reservation): Answer {
  return {
    subnetCidrReservationId: reservation.id,
    subnetId: reservation.subnetId,
    cidr: reservation.cidr,
    reservationType: reservation.type,
    ownerId: world.settings.account,
    description: reservation.description,
  };
}

export const createSubnetCidrReservation: Action = {
  parameters: ['SubnetId', 'Cidr', 'ReservationType', 'Description'],
  required: ['SubnetId', 'Cidr', 'ReservationType'],
  resource: (params) => `subnet/${requiredText(params, 'SubnetId')}`,
  run(world, params) {
    const type = requiredText(params, 'ReservationType');
    if (type !== 'explicit' && type !== 'prefix') {
      throw invalidParameter(`Invalid value '${type}' for reservationType`);
    }
    const reservation = addReservation(world, {
      subnetId: idOf('subnet', requiredText(params, 'SubnetId')),
      cidr: requiredText(params, 'Cidr'),
      type,
      description: text(params, 'Description') ?? '',
    });
    return { subnetCidrReservation: answer(world, reservation) };
  },
};

export const deleteSubnetCidrReservation: Action = {
  parameters: ['SubnetCidrReservationId'],
  required: ['SubnetCidrReservationId'],
  resource: () => 'subnet/*',
  run(world, params) {
    const id = idOf('scr', requiredText(params, 'SubnetCidrReservationId'));
    return { deletedSubnetCidrReservation: answer(world, deleteReservation(world, id)) };
  },
};

export const getSubnetCidrReservations: Action = {
  parameters: ['SubnetId', 'Filter', 'MaxResults', 'NextToken'],
  required: ['SubnetId'],
  run(world, params) {
    const subnetId = idOf('subnet', requiredText(params, 'SubnetId'));
    const { pool, ipv6Pool } = world.subnet(subnetId);
    const matches = filterPredicate<Reservation & { tags: Record<string, string> }>(params, {
      'reservation-type': (reservation) => [reservation.type],
      'subnet-id': (reservation) => [reservation.subnetId],
      reservationType: (reservation) => [reservation.type],
    });
    const all = [...pool.reservations.values(), ...ipv6Pool.reservations.values()].map((reservation) => ({
      ...reservation,
      tags: {},
    }));
    const { items, nextToken } = page(() => all.filter(matches), params, {
      minimum: 5,
      maximum: 1000,
      ids: '',
    });
    return {
      subnetIpv4CidrReservationSet: items
        .filter(({ id }) => pool.reservations.has(id))
        .map((reservation) => answer(world, reservation)),
      subnetIpv6CidrReservationSet: items
        .filter(({ id }) => ipv6Pool.reservations.has(id))
        .map((reservation) => answer(world, reservation)),
      nextToken,
    };
  },
};

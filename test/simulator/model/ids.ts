import { ApiError } from './api-error.ts';

interface Kind {
  noun: string;
  malformed: string;
  notFound: string;
}

/** By the prefix of the ids: how EC2 calls such a resource, and its codes. */
const kinds = {
  eni: {
    noun: 'networkInterface ID',
    malformed: 'InvalidNetworkInterfaceId.Malformed',
    notFound: 'InvalidNetworkInterfaceID.NotFound',
  },
  'eni-attach': {
    noun: 'attachment ID',
    malformed: 'InvalidNetworkInterfaceAttachmentId.Malformed',
    notFound: 'InvalidAttachmentID.NotFound',
  },
  i: {
    noun: 'instance ID',
    malformed: 'InvalidInstanceID.Malformed',
    notFound: 'InvalidInstanceID.NotFound',
  },
  subnet: {
    noun: 'subnet ID',
    malformed: 'InvalidSubnetID.Malformed',
    notFound: 'InvalidSubnetID.NotFound',
  },
  sg: { noun: 'security group', malformed: 'InvalidGroupId.Malformed', notFound: 'InvalidGroup.NotFound' },
  vpc: { noun: 'vpc ID', malformed: 'InvalidVpcID.Malformed', notFound: 'InvalidVpcID.NotFound' },
  scr: {
    noun: 'subnet CIDR reservation ID',
    malformed: 'InvalidSubnetCidrReservationID.Malformed',
    notFound: 'InvalidSubnetCidrReservationID.NotFound',
  },
} satisfies Record<string, Kind>;

export type IdKind = keyof typeof kinds;

/** The kind of resource that an id of a sound form belongs to. */
export function kindOf(id: string): IdKind | undefined {
  const prefix = /^([a-z-]+)-([0-9a-f]{8}|[0-9a-f]{17})$/.exec(id)?.[1];
  return prefix !== undefined && isKind(prefix) ? prefix : undefined;
}

function isKind(prefix: string): prefix is IdKind {
  return Object.hasOwn(kinds, prefix);
}

/** Answers the id, or throws if it has not the form of such an id: EC2 says so before it looks for it. */
export function idOf(kind: IdKind, id: string): string {
  if (kindOf(id) === kind) {
    return id;
  }
  throw new ApiError(kinds[kind].malformed, `Invalid id: "${id}" (expecting "${kind}-...")`);
}

export function notFound(kind: IdKind, ...ids: string[]): ApiError {
  const { noun, notFound: code } = kinds[kind];
  const [plural, verb] = ids.length > 1 ? ['s', 'do'] : ['', 'does'];
  return new ApiError(code, `The ${noun}${plural} '${ids.join(', ')}' ${verb} not exist`);
}

/** The resources with these ids, each once; throws an error that names all that are not there. */
export function findAll<T>(kind: IdKind, ids: readonly string[], find: (id: string) => T | undefined): T[] {
  const wanted = [...new Set(ids)].map((id) => ({ id, resource: find(idOf(kind, id)) }));
  const missing = wanted.filter(({ resource }) => resource === undefined).map(({ id }) => id);
  if (missing.length > 0) {
    throw notFound(kind, ...missing);
  }
  return wanted.flatMap(({ resource }) => resource ?? []);
}

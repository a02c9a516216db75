import * as z from 'zod';
import { textWithout } from './fields.ts';

/** EC2's rules for tags, and those tags that mean something to the agent or the VPC CNI. */
function writtenTags(limit: number, countOf: (tags: unknown) => number, bounds: string) {
  return z.record(textWithout(keyFault), textWithout(valueFault)).refine((value) => countOf(value) <= limit, {
    error: ({ input }) => `has ${countOf(input)} tags; EC2 allows 50, ${bounds}: write at most ${limit}`,
  });
}

/** For an ENI: the agent adds up to five and `Name`, which the user may set instead. */
export const tags = writtenTags(44, countBesidesName, "six of them are the agent's");

/** For the instance: how many it has from others is only known to EC2. */
export const instanceTags = writtenTags(50, count, 'those that the instance has already included');

function soughtTags(fault: (key: string) => string | undefined) {
  return z
    .record(textWithout(fault), textWithout(valueFault))
    .refine((value) => Object.keys(value).length > 0, {
      error: 'is empty; write at least one tag, as in {multus: "true"}',
    })
    .meta({ minProperties: 1 });
}

/** Tags of subnets to look for: those of AWS and of others included. */
export const subnetSelection = soughtTags(lengthFault);

/** Likewise of ENIs made beforehand, but not those that the agent gives and takes. */
export const eniSelection = soughtTags(
  (key) =>
    lengthFault(key) ??
    (key.startsWith('multus-bootstrap.io/')
      ? 'the agent sets such tags itself, once it has claimed an ENI; write one that its maker gives it, as in {multus: "true"}'
      : undefined),
);

function count(tags: unknown): number {
  return Object.keys(tags ?? {}).length;
}

function countBesidesName(tags: unknown): number {
  return Object.keys(tags ?? {}).filter((key) => key !== 'Name').length;
}

function valueFault(value: string): string | undefined {
  return value.length <= 256
    ? undefined
    : `has ${value.length} characters, EC2 allows 256; write a shorter value`;
}

function lengthFault(key: string): string | undefined {
  return key.length < 1 || key.length > 128
    ? `the key has ${key.length} characters; EC2 allows 1 to 128`
    : undefined;
}

function keyFault(key: string): string | undefined {
  const fault = lengthFault(key);
  if (fault !== undefined) {
    return fault;
  }
  if (/^aws:/i.test(key)) {
    return 'keys that begin with "aws:" are kept for AWS; write another key';
  }
  if (key.startsWith('multus-bootstrap.io/') || key === 'node.k8s.amazonaws.com/no_manage') {
    return 'the agent sets this tag itself; remove it';
  }
  if (key === 'node.k8s.amazonaws.com/instance_id') {
    return 'the VPC CNI deletes available ENIs that carry this tag; remove it';
  }
  return undefined;
}

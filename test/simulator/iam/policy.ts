import * as z from 'zod';

const texts = z.union([z.string(), z.array(z.string()).nonempty()]).transform((value) => [value].flat());

/** What of IAM's language is understood here: anything else is an error, not skipped. */
const schema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string().regex(/^[A-Za-z0-9]+$/),
      Effect: z.literal('Allow'),
      Action: texts,
      Resource: texts,
      Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
    }),
  ),
});

export type Policy = z.infer<typeof schema>;
export type Statement = Policy['Statement'][number];

/** Throws for a policy that says more than is understood. */
export function parsePolicy(json: string): Policy {
  return schema.parse(JSON.parse(json));
}

import { type Caller, createCaller, type Ec2Options } from './caller.ts';
import type { Ec2 } from './port.ts';
import { createReads } from './reads.ts';
import { createWrites } from './writes.ts';

/** EC2, and how it is reached. */
export type Ec2Connection = Ec2 & Pick<Caller, 'endpoint' | 'proxy' | 'calls'>;

/** EC2 by the AWS SDK. Throws as `createCaller` does. */
export function createEc2(options: Ec2Options): Ec2Connection {
  const { call, ...connection } = createCaller(options);
  return { ...connection, ...createReads({ call }), ...createWrites({ call }) };
}

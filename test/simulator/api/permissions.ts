import { ApiError } from '../model/api-error.ts';
import type { Action } from './action.ts';
import type { Params } from './params.ts';

/** What IAM allows: everything that has not been denied. */
export class Permissions {
  readonly #denied = new Set<string>();

  deny(action: string): void {
    this.#denied.add(action);
  }

  allow(action: string): void {
    this.#denied.delete(action);
  }

  /** Throws UnauthorizedOperation, in EC2's words; tags at create need CreateTags as well. */
  check(name: string, action: Action, params: Params, caller: Caller): void {
    const resource = action.resource?.(params);
    if (this.#denied.has(name)) {
      throw unauthorized(name, resource, caller);
    }
    if (params['TagSpecification'] !== undefined && this.#denied.has('CreateTags')) {
      throw unauthorized('CreateTags', resource, caller);
    }
  }
}

/** Whose credentials signed a call. */
export interface Caller {
  arn: string;
  account: string;
  region: string;
}

function unauthorized(action: string, resource: string | undefined, caller: Caller): ApiError {
  const partition = caller.arn.split(':')[1] ?? 'aws';
  const arn = `arn:${partition}:ec2:${caller.region}:${caller.account}:${resource}`;
  const on = resource === undefined ? '' : ` on resource: ${arn}`;
  /** For what acts on a resource, EC2 adds a blob that the account's administrators can decode. */
  const encoded =
    resource === undefined ? '' : `. Encoded authorization failure message: ${'A1b2C3d4'.repeat(60)}`;
  return new ApiError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${caller.arn} is not authorized to perform: ` +
      `ec2:${action}${on} because no identity-based policy allows the ec2:${action} action${encoded}`,
    403,
  );
}

import { ApiError } from '../model/api-error.ts';
import { partitionOf } from '../model/naming.ts';
import type { World } from '../model/world.ts';
import type { Action } from './action.ts';
import { type Authorization, authorizations } from './authorizations.ts';
import type { Params } from './params.ts';

/** What IAM allows: everything that has not been denied, and, where there is a policy, that it allows. */
export class Permissions {
  /** Answers whether it allows this. */
  policy: ((authorization: Authorization) => boolean) | undefined;
  readonly #denied = new Set<string>();

  deny(action: string): void {
    this.#denied.add(action);
  }

  allow(action: string): void {
    this.#denied.delete(action);
  }

  /** Throws UnauthorizedOperation, in EC2's words; tags at create need CreateTags as well. */
  check(world: World, name: string, action: Action, params: Params, caller: Caller): void {
    const path = action.resource?.(params);
    const resource =
      path && `arn:${partitionOf(caller.region)}:ec2:${caller.region}:${caller.account}:${path}`;
    if (this.#denied.has(name)) {
      throw unauthorized(name, resource, caller);
    }
    if (params['TagSpecification'] !== undefined && this.#denied.has('CreateTags')) {
      throw unauthorized('CreateTags', resource, caller);
    }
    const { policy } = this;
    const refused = policy && authorizations(world, name, params, caller).find((each) => !policy(each));
    if (refused !== undefined) {
      const on = refused.resource === '*' ? undefined : refused.resource;
      throw unauthorized(refused.action.replace('ec2:', ''), on, caller);
    }
  }
}

/** Whose credentials signed a call. */
export interface Caller {
  arn: string;
  account: string;
  region: string;
  /** The instance whose role they are. */
  instanceId: string | undefined;
}

function unauthorized(action: string, resource: string | undefined, caller: Caller): ApiError {
  const on = resource === undefined ? '' : ` on resource: ${resource}`;
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

import { actions } from '../actions/all.ts';
import type { Answer } from '../http/xml.ts';
import { ApiError } from '../model/api-error.ts';
import type { World } from '../model/world.ts';
import type { Buckets } from './buckets.ts';
import { flag, type Params } from './params.ts';
import type { Caller, Permissions } from './permissions.ts';

/**
 * What EC2 does with a call, in EC2's order: throttle, the form of the request, permissions, dry run, and only
 * then the action itself. Throws `ApiError`.
 */
export function perform(
  world: World,
  guards: { buckets: Buckets | undefined; permissions: Permissions },
  name: string,
  allParams: Params,
  caller: Caller,
): { [member: string]: Answer } {
  world.settle();
  const { DryRun: _, ...params } = allParams;
  guards.buckets?.take(name, params, world.clock.now());
  const action = actions.get(name);
  if (action === undefined) {
    throw new ApiError('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  for (const given of Object.keys(params)) {
    if (!action.parameters.includes(given)) {
      throw new ApiError('UnknownParameter', `The parameter ${given} is not recognized`);
    }
  }
  for (const required of action.required ?? []) {
    if (params[required] === undefined || params[required] === '') {
      throw new ApiError('MissingParameter', `The request must contain the parameter ${required}`);
    }
  }
  guards.permissions.check(world, name, action, params, caller);
  if (flag(allParams, 'DryRun') === true) {
    throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  return action.run(world, params);
}

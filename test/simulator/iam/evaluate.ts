import type { Authorization } from '../api/authorizations.ts';
import { holds } from './conditions.ts';
import { glob } from './glob.ts';
import type { Policy, Statement } from './policy.ts';

/** Whether the policy, which is all that the caller has, allows it: some statement must. */
export function isAllowed(policy: Policy, asked: Authorization): boolean {
  return policy.Statement.some((statement) => allows(statement, asked));
}

function allows({ Action, Resource, Condition }: Statement, asked: Authorization): boolean {
  const context = new Map(Object.entries(asked.context).map(([key, value]) => [key.toLowerCase(), value]));
  return (
    Action.some((action) => glob(action.toLowerCase(), context)?.test(asked.action.toLowerCase())) &&
    Resource.some((resource) => glob(resource, context)?.test(asked.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, key, values, context)),
    )
  );
}

import { createHash } from 'node:crypto';
import { ApiError } from '../model/api-error.ts';
import { integer, type Params, text } from './params.ts';

export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

/** How a listing may be paged. */
export interface PageRules {
  minimum: number;
  maximum: number;
  /** The parameter that names resources by id: not together with MaxResults. */
  ids: string;
}

/**
 * A page of the resources that `find` answers once the request is known to be sound, in the order of their ids:
 * a token goes on after the last id that was shown, whatever has come and gone meanwhile. The token is good for
 * the same request only.
 */
export function page<T extends { id: string }>(find: () => T[], params: Params, rules: PageRules): Page<T> {
  const size = integer(params, 'MaxResults', rules.minimum, rules.maximum);
  const token = text(params, 'NextToken');
  if ((size !== undefined || token !== undefined) && params[rules.ids] !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${rules.ids} cannot be used with the parameter MaxResults`,
    );
  }
  const sorted = find().sort((a, b) => (a.id < b.id ? -1 : 1));
  const after = token === undefined ? undefined : readToken(token, params);
  const rest = after === undefined ? sorted : sorted.filter((resource) => resource.id > after);
  if (size === undefined || rest.length <= size) {
    return { items: rest, nextToken: undefined };
  }
  const items = rest.slice(0, size);
  return { items, nextToken: writeToken(items.at(-1)?.id ?? '', params) };
}

function fingerprint(params: Params): string {
  const { NextToken: _, MaxResults: __, ...rest } = params;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url').slice(0, 16);
}

function writeToken(after: string, params: Params): string {
  return Buffer.from(`${fingerprint(params)} ${after}`).toString('base64url');
}

function readToken(token: string, params: Params): string {
  const [print, after] = Buffer.from(token, 'base64url').toString().split(' ');
  if (print !== fingerprint(params) || after === undefined) {
    throw new ApiError('InvalidNextToken', 'The specified NextToken is not valid.');
  }
  return after;
}

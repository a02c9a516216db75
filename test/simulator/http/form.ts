import { isParams, type Param, type Params } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';

/** The nested parameters of a form-encoded body: numbered members become lists, in the order of their numbers. */
export function parseForm(body: string): Params {
  const root: Params = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    insert(root, name, value);
  }
  return listed(root);
}

function insert(root: Params, name: string, value: string): void {
  const path = name.split('.');
  const last = path.pop() ?? name;
  let node = root;
  for (const part of path) {
    const next = node[part] ?? Object.create(null);
    if (!isParams(next)) {
      throw malformed(name);
    }
    node[part] = next;
    node = next;
  }
  if (node[last] !== undefined) {
    throw malformed(name);
  }
  node[last] = value;
}

function malformed(name: string): ApiError {
  return new ApiError('MalformedQueryString', `The query string contains a syntax error at ${name}`);
}

function listed(node: Params): Params {
  const result: Params = Object.create(null);
  for (const [name, value] of Object.entries(node)) {
    result[name] = isParams(value) ? asList(value) : value;
  }
  return result;
}

function asList(node: Params): Param {
  const inner = listed(node);
  const names = Object.keys(inner);
  if (!names.every((name) => /^\d+$/.test(name))) {
    return inner;
  }
  return names.sort((a, b) => Number(a) - Number(b)).flatMap((name) => inner[name] ?? []);
}

import { ApiError, invalidParameter } from '../model/api-error.ts';

/** A parameter of the query protocol: `Filter.1.Name=x` is `{ Filter: [{ Name: 'x' }] }`. */
export type Param = string | Param[] | Params;
export interface Params {
  [name: string]: Param;
}

export function isParams(value: Param | undefined): value is Params {
  return typeof value === 'object' && !Array.isArray(value);
}

export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || typeof value === 'string') {
    return value;
  }
  throw new ApiError('InvalidParameter', `The parameter ${name} must be a single value`);
}

export function requiredText(params: Params, name: string): string {
  const value = text(params, name);
  if (value === undefined || value === '') {
    throw new ApiError('MissingParameter', `The request must contain the parameter ${name}`);
  }
  return value;
}

export function integer(params: Params, name: string, least = 0, most = 999_999_999): number | undefined {
  const value = text(params, name);
  if (value === undefined) {
    return undefined;
  }
  const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) {
    return number;
  }
  throw invalidParameter(
    `Value ( ${value} ) for parameter ${name} is invalid. Expecting a value between ${least} and ${most}.`,
  );
}

/** Of parameters that exclude each other, those that are given; throws for more than one. */
export function atMostOneOf(params: Params, names: readonly string[]): string[] {
  const given = names.filter((name) => params[name] !== undefined);
  if (given.length > 1) {
    throw new ApiError('InvalidParameterCombination', `Cannot use ${given.join(' and ')} together`);
  }
  return given;
}

export function flag(params: Params, name: string): boolean | undefined {
  const value = text(params, name);
  if (value === undefined) {
    return undefined;
  }
  if (value !== 'true' && value !== 'false') {
    throw invalidParameter(
      `Value (${value}) for parameter ${name} is invalid. The value must be true or false.`,
    );
  }
  return value === 'true';
}

/** `Name.1=a&Name.2=b`. */
export function texts(params: Params, name: string): string[] {
  const value = params[name];
  if (value === undefined) {
    return [];
  }
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
    return value;
  }
  throw new ApiError('InvalidParameter', `The parameter ${name} must be a list of values`);
}

/** `Name.1.Key=a&Name.1.Value=b`. */
export function structures(params: Params, name: string): Params[] {
  const value = params[name];
  if (value === undefined) {
    return [];
  }
  if (Array.isArray(value) && value.every(isParams)) {
    return value;
  }
  throw new ApiError('InvalidParameter', `The parameter ${name} must be a list of structures`);
}

/** `Name.Value=x`: the `Value` of an attribute structure. */
export function attribute(params: Params, name: string): Params | undefined {
  const value = params[name];
  if (value === undefined || isParams(value)) {
    return value;
  }
  throw new ApiError('InvalidParameter', `The parameter ${name} must be a structure`);
}

import { type Context, glob } from './glob.ts';

/** Whether one line of a condition holds. Throws for an operator that is not understood here. */
export function holds(operator: string, key: string, values: readonly string[], context: Context): boolean {
  const given = context.get(key.toLowerCase());
  switch (operator) {
    case 'StringEquals':
      return isOneOf(key, given, (value) => values.some((each) => equals(each, value, context)));
    case 'ArnLike':
      return isOneOf(key, given, (value) => values.some((each) => isLikeArn(each, value, context)));
    case 'Null':
      return values.includes(String(given === undefined));
    case 'ForAllValues:StringEquals':
      // True for a key that is not there, too: hence `Null`.
      return [given ?? []].flat().every((value) => values.some((each) => equals(each, value, context)));
    default:
      throw new Error(`the condition operator ${operator} is not understood`);
  }
}

/** Of a key with one value; never of a key that is not there. */
function isOneOf(
  key: string,
  given: string | readonly string[] | undefined,
  test: (value: string) => boolean,
) {
  if (Array.isArray(given)) {
    throw new Error(`${key} has several values: such a condition needs ForAllValues or ForAnyValue`);
  }
  return typeof given === 'string' && test(given);
}

function equals(expected: string, value: string, context: Context): boolean {
  return glob(expected, context, false)?.test(value) ?? false;
}

/** Part by part: a `*` does not reach over a colon, but for the resource, the last part. */
function isLikeArn(expected: string, value: string, context: Context): boolean {
  const parts = arnParts(value);
  return arnParts(expected).every((part, n) => glob(part, context)?.test(parts[n] ?? ''));
}

function arnParts(arn: string): string[] {
  const [, ...parts] = /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(arn) ?? [];
  if (parts.length === 0) {
    throw new Error(`not an ARN: ${arn}`);
  }
  return parts;
}

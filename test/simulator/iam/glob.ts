/** What is known of a request, by keys in small letters: IAM does not tell the case of keys apart. */
export type Context = ReadonlyMap<string, string | readonly string[]>;

/**
 * A text with `${key}`, and with the wildcards `*` and `?` unless they stand for themselves, as IAM reads it;
 * undefined where the request has no single value for a key, for then IAM takes nothing to match. Wildcards in a
 * value that is put in stand for themselves.
 */
export function glob(pattern: string, context: Context, wildcards = true): RegExp | undefined {
  let source = '';
  for (const part of pattern.split(/(\$\{[^}]*\}|[*?])/)) {
    const key = /^\$\{(.*)\}$/.exec(part)?.[1];
    const value = key === undefined ? part : context.get(key.toLowerCase());
    if (typeof value !== 'string') {
      return undefined;
    }
    const wildcard = wildcards && key === undefined ? { '*': '.*', '?': '.' }[part] : undefined;
    source += wildcard ?? value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 's');
}

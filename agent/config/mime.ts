import { MIMEType } from 'node:util';

/** A part that is no multipart itself, its transfer encoding taken off. */
export interface MimePart {
  /** Its place in the document, `2`, or `2.1` in a nested multipart; empty if the document is this one part. */
  number: string;
  /** Lower case; `text/plain` where none is declared. */
  type: string;
  charset: string | undefined;
  body: Uint8Array;
}

const deepestNesting = 10;

/**
 * The parts of a MIME document, nested ones included; undefined if it is none. Parts are cut where nodeadm's parser
 * (Go's mime/multipart) cuts them and keep their very bytes, which may be gzip: the parsers for mail rewrite line
 * ends and mend a document whose end is missing in silence. `{ error }` where it is cut or has no boundary.
 */
export function readMime(bytes: Uint8Array): MimePart[] | { error: string } | undefined {
  // Latin-1 maps bytes to characters one to one.
  const entity = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^(?:[ \t]*\r?\n)+/, '');
  return readHead(entity).headers.has('content-type') ? readEntity(entity, '') : undefined;
}

function readEntity(entity: string, number: string): MimePart[] | { error: string } {
  const { headers, body } = readHead(entity);
  const { type, parameters } = parseType(headers.get('content-type') ?? 'text/plain');
  if (!type.startsWith('multipart/')) {
    const decoded = decodeTransfer(body, headers.get('content-transfer-encoding')?.toLowerCase());
    return [{ number, type, charset: parameters?.get('charset') ?? undefined, body: decoded }];
  }
  const where = number === '' ? 'the multipart document' : `part ${number}, a multipart,`;
  const boundary = parameters?.get('boundary');
  if (boundary == null || boundary === '') {
    return { error: `${where} has no boundary in its Content-Type` };
  }
  if (number.split('.').length > deepestNesting) {
    return { error: `${where} is nested more than ${deepestNesting} deep` };
  }
  const entities = splitAt(body, boundary);
  if (entities === undefined) {
    return {
      error: `${where} is cut: its closing boundary, --${boundary}--, is missing, and with it perhaps configuration. EC2 takes 16 KB of user data: gzip it if it is longer`,
    };
  }
  const parts: MimePart[] = [];
  for (const [index, child] of entities.entries()) {
    const read = readEntity(child, number === '' ? `${index + 1}` : `${number}.${index + 1}`);
    if ('error' in read) {
      return read;
    }
    parts.push(...read);
  }
  return parts;
}

/** Headers by lower-case name, continuation lines joined. Of repeated ones the first counts. */
function readHead(entity: string): { headers: Map<string, string>; body: string } {
  const end = /^\r?\n|\r?\n\r?\n/.exec(entity);
  const head = entity.slice(0, end?.index);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !headers.has(name.toLowerCase())) {
      headers.set(name.toLowerCase(), value.trim());
    }
  }
  return { headers, body: end === null ? '' : entity.slice(end.index + end[0].length) };
}

function parseType(header: string): { type: string; parameters?: MIMEType['params'] } {
  try {
    const { essence, params } = new MIMEType(header);
    return { type: essence, parameters: params };
  } catch {
    return { type: header.toLowerCase() };
  }
}

/** What stands between the boundary's lines; undefined if the closing one is missing. */
function splitAt(body: string, boundary: string): string[] | undefined {
  const literal = boundary.replace(/\W/g, '\\$&');
  const delimiters = [
    ...body.matchAll(new RegExp(`(?:^|\\r?\\n)--${literal}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g')),
  ];
  const closing = delimiters.findIndex((delimiter) => delimiter[1] !== undefined);
  if (closing < 0) {
    return undefined;
  }
  return delimiters.slice(0, closing).map((delimiter, index) => {
    const start = delimiter.index + delimiter[0].length;
    return body.slice(start, delimiters[index + 1]?.index).replace(/^\r?\n/, '');
  });
}

function decodeTransfer(body: string, encoding: string | undefined): Uint8Array {
  if (encoding === 'base64') {
    return Buffer.from(body, 'base64');
  }
  if (encoding === 'quoted-printable') {
    const joined = body.replace(/[ \t]+(?=\r?\n|$)/g, '').replace(/=\r?\n/g, '');
    return Buffer.from(
      joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
  }
  return Buffer.from(body, 'latin1');
}

import { gunzipSync } from 'node:zlib';

/** No user data inflates to more: EC2 takes 16 KB, and a gzip bomb must not fill the node's memory at boot. */
export const largestInflated = 1024 * 1024;

/**
 * Takes off base64, then gzip, wherever they are found: nodeadm does so with the whole and with each part,
 * whatever the part declares, and Karpenter drops the declaration. Answers `{ error }` where gzip is broken.
 */
export function unwrap(bytes: Uint8Array): Uint8Array | { error: string } {
  const inner = unwrapBase64(bytes);
  if (inner[0] !== 0x1f || inner[1] !== 0x8b) {
    return inner;
  }
  try {
    return gunzipSync(inner, { maxOutputLength: largestInflated });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return {
        error: `is gzip that inflates to more than ${largestInflated / 1024} KiB, which no configuration does; see what was packed into it`,
      };
    }
    return {
      error: `is gzip that cannot be inflated (${code ?? error}); it may have been cut: compress it again`,
    };
  }
}

function unwrapBase64(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '');
  const isBase64 = text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : bytes;
}

/** Text in the charset declared, or in the one that its byte order mark tells, or in UTF-8. */
export function decodeText(bytes: Uint8Array, charset = markedCharset(bytes)): string | { error: string } {
  let decoder: TextDecoder;
  try {
    // TextDecoder takes ASCII for Windows-1252; nodeadm reads every part as UTF-8, which ASCII is a part of.
    decoder = new TextDecoder(/^(?:us-)?ascii$/i.test(charset) ? 'utf-8' : charset, { fatal: true });
  } catch {
    return { error: `has the charset ${JSON.stringify(charset)}, which is not known; write it in UTF-8` };
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return { error: `is not ${decoder.encoding} text; write it in UTF-8` };
  }
}

function markedCharset(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return 'utf-16le';
  }
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

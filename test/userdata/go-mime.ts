/** A part as Karpenter and eksctl know it: nothing but its type and what is in it. */
export interface GoPart {
  type: string;
  content: string;
}

/** What Go's mime/multipart writes, a blank line and its boundary's end included. */
export function writeMultipart(parts: readonly GoPart[], boundary: string): string {
  const written = parts.map(({ type, content }, index) => {
    const before = index === 0 ? '' : '\r\n';
    return `${before}--${boundary}\r\nContent-Type: ${type}\r\n\r\n${content}`;
  });
  return `${written.join('')}\r\n--${boundary}--\r\n`;
}

/** The parts of a multipart document. Of their headers only Content-Type is looked at, and nothing is decoded. */
export function readMultipart(document: string): GoPart[] {
  const [, boundary] = /^Content-Type: multipart\/\w+; boundary="?([^"\n]+)"?\n/m.exec(document) ?? [];
  if (boundary === undefined) {
    throw new Error('no multipart document');
  }
  const end = document.indexOf(`\n--${boundary}--`);
  const body = document.slice(document.indexOf('\n\n') + 1, end < 0 ? undefined : end);
  if (end < 0) {
    throw new Error('multipart: NextPart: EOF');
  }
  return body
    .split(`\n--${boundary}\n`)
    .slice(1)
    .map((part) => {
      const cut = part.indexOf('\n\n');
      const [, type = ''] = /^content-type: *(.*)$/im.exec(part.slice(0, cut)) ?? [];
      return { type, content: part.slice(cut + 2) };
    });
}

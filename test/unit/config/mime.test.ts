import t from 'tap';
import { readMime } from '../../../agent/config/mime.ts';

t.test('a document nested deeper than anyone writes is refused', async (t) => {
  let document = 'Content-Type: text/plain\n\nthe end';
  for (let depth = 0; depth < 12; depth += 1) {
    const boundary = `b${depth}`;
    document = `Content-Type: multipart/mixed; boundary=${boundary}\n\n--${boundary}\n${document}\n--${boundary}--\n`;
  }
  t.match(readMime(Buffer.from(document)), { error: /is nested more than 10 deep/ });
});

import { parseJsonObject } from './json.ts';

/**
 * The mark of the instance that a file was written for. An image made from a running node carries the files of
 * that node, whose ENIs, names and addresses are not this one's.
 */
const mark = '# Written by multus-bootstrap for instance';

/** The comment line that opens each of our files in which `#` begins a comment. */
export function ownerComment(instanceId: string): string {
  return `${mark} ${instanceId}\n`;
}

/** The instance that a file of ours was written for, from its comment line or JSON field; undefined if unreadable. */
export function ownerOf(content: string): string | undefined {
  if (content.startsWith(mark)) {
    return /^\S+/.exec(content.slice(mark.length).trimStart())?.[0];
  }
  const instanceId = parseJsonObject(content)?.instanceId;
  return typeof instanceId === 'string' ? instanceId : undefined;
}

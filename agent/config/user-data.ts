import { isMap, parseAllDocuments } from 'yaml';
import { decodeText, unwrap } from './encoding.ts';
import { type MimePart, readMime } from './mime.ts';
import type { Problem } from './problem.ts';
import { apiGroup, kind } from './schema.ts';
import { parseSource, type Source } from './source.ts';

const ourType = `application/${apiGroup}`;
const nodeConfigType = 'application/node.eks.aws';

/** One of the user's own NodeConfig documents, as nodeadm will read it. */
export interface UserNodeConfig {
  source: string;
  document: unknown;
}

/** What the user data holds for us. All empty: there is no configuration of ours in it. */
export interface UserData {
  sources: Source[];
  nodeConfigs: UserNodeConfig[];
  problems: Problem[];
  warnings: string[];
  /** The whole is one document of ours. */
  bare: boolean;
  /** Why nodeadm fails on user data that the agent can read, and what to do about it. */
  nodeadmFault: string | undefined;
}

/**
 * Reads user data in any form in which it can arrive: base64, gzip, MIME multipart or one document. What is not ours
 * is left alone, unless it parses to a document of ours that is in the wrong place. `name` stands in messages.
 */
export function readUserData(name: string, bytes: Uint8Array): UserData {
  const found: UserData = {
    sources: [],
    nodeConfigs: [],
    problems: [],
    warnings: [],
    bare: false,
    nodeadmFault: undefined,
  };
  const whole = unwrap(bytes);
  if ('error' in whole) {
    found.problems.push({ source: name, message: whole.error });
    return found;
  }
  const parts = readMime(whole);
  if (parts === undefined) {
    readBare(name, whole, found);
  } else if ('error' in parts) {
    found.problems.push({ source: name, message: parts.error });
  } else {
    if (/^\s|^\xef\xbb\xbf/.test(Buffer.from(whole).toString('latin1'))) {
      found.nodeadmFault = 'has something before its first header; remove the blank line or byte order mark';
    }
    for (const part of parts) {
      readPart(part.number === '' ? name : `${name} part ${part.number}`, part, found);
    }
  }
  return found;
}

function readBare(name: string, bytes: Uint8Array, found: UserData): void {
  if (claims(bytes, undefined, isOurs)) {
    found.bare = true;
    found.nodeadmFault = `is no MIME document and no NodeConfig; write it into a MIME part of type ${ourType}`;
    addSource(parseSource(name, bytes), found);
  } else if (claims(bytes, undefined, isNodeConfig)) {
    addNodeConfigs(name, bytes, undefined, found);
  } else {
    warnOfLateFile(name, bytes, found);
  }
}

function readPart(name: string, part: MimePart, found: UserData): void {
  const bytes = unwrap(part.body);
  if (part.type === ourType) {
    const source =
      'error' in bytes ? [{ source: name, message: bytes.error }] : parseSource(name, bytes, part.charset);
    addSource(source, found);
  } else if ('error' in bytes) {
    // Another's part, and theirs to complain about.
  } else if (claims(bytes, part.charset, isOurs)) {
    const relabelled =
      part.type === nodeConfigType ? ' (Karpenter relabels user data that is no MIME document so)' : '';
    const message = `is a ${kind} in a part of type ${part.type}${relabelled}; write Content-Type: ${ourType}`;
    found.problems.push({ source: name, message });
  } else if (part.type === nodeConfigType && part.number.includes('.')) {
    found.warnings.push(`${name} is a NodeConfig in a nested multipart, where nodeadm does not look`);
  } else if (part.type === nodeConfigType) {
    addNodeConfigs(name, bytes, part.charset, found);
  } else {
    warnOfLateFile(name, bytes, found);
    warnOfOwnNodeadm(name, bytes, found);
  }
}

/** Labels and taint reach kubelet all the same (systemd/kubelet-flags), but a maxPodsExpression is nodeadm's to read. */
function warnOfOwnNodeadm(name: string, bytes: Uint8Array, found: UserData): void {
  const text = Buffer.from(bytes).toString('latin1');
  const waitsAndReads = /systemctl start multus-bootstrap[\s\S]*\/etc\/eks\/nodeadm\.d/;
  if (/^[^#\n]*\bnodeadm\b.*\binit\b/m.test(text) && !waitsAndReads.test(text)) {
    found.warnings.push(
      `${name} seems to start kubelet by its own nodeadm init, which gives it a maxPods that counts the ENIs of Multus; write: systemctl start multus-bootstrap || true; nodeadm init --config-source imds://user-data --config-source file:///etc/eks/nodeadm.d/`,
    );
  }
}

/** cloud-init may run after this agent has read its files. */
function warnOfLateFile(name: string, bytes: Uint8Array, found: UserData): void {
  if (Buffer.from(bytes).includes('etc/multus-bootstrap/config.d')) {
    found.warnings.push(
      `${name} seems to write a file to config.d at boot, which is too late; write it into a part of type ${ourType}`,
    );
  }
}

function addSource(source: Source | Problem[], found: UserData): void {
  if (Array.isArray(source)) {
    found.problems.push(...source);
  } else {
    found.sources.push(source);
  }
}

/** What does not parse here is nodeadm's to refuse. */
function addNodeConfigs(name: string, bytes: Uint8Array, charset: string | undefined, found: UserData): void {
  const source = parseSource(name, bytes, charset);
  if (Array.isArray(source)) {
    found.warnings.push(`${name}: the NodeConfig ${source.map(({ message }) => message).join(', ')}`);
  } else {
    found.nodeConfigs.push({ source: name, document: source.value });
  }
}

const isOurs = (version: unknown, documentKind: unknown): boolean =>
  (typeof version === 'string' && version.startsWith(apiGroup)) || documentKind === kind;
const isNodeConfig = (version: unknown): boolean =>
  typeof version === 'string' && version.startsWith('node.eks.aws/');

/** Whether a document in these bytes says of itself that it is `wanted`, even if it is broken further on. */
function claims(
  bytes: Uint8Array,
  charset: string | undefined,
  wanted: (version: unknown, documentKind: unknown) => boolean,
): boolean {
  const text = decodeText(bytes, charset);
  // Scripts may write configuration files; what they hold is not theirs to say.
  if (typeof text !== 'string' || /^\s*#(?:!|cloud-boothook|include|part-handler)/.test(text)) {
    return false;
  }
  if (!/multus-bootstrap|MultusNodeConfig|node\.eks\.aws/.test(text)) {
    return false;
  }
  const documents = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: false });
  return (
    Array.isArray(documents) &&
    documents.some(
      ({ contents }) => isMap(contents) && wanted(contents.get('apiVersion'), contents.get('kind')),
    )
  );
}

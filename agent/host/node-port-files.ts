import type { AddressClaim } from '../nodeport/claims.ts';
import type { NodePortSetup } from '../nodeport/setup.ts';
import { parseSetup, writeSetup } from '../nodeport/setup-file.ts';
import { readIfPresent, removeFile, writeAtomically } from './files.ts';
import { isObject, parseJsonObject } from './json.ts';
import { ownerOf } from './owner.ts';
import { paths } from './paths.ts';

/** What the host keeps of NodePort addresses. Every method throws a `Failure` (9). */
export interface NodePortFiles {
  /** What an earlier run since the boot has set up, as far as it can be read. */
  setup(instanceId: string): Promise<NodePortSetup | undefined>;
  writeSetup(setup: NodePortSetup): Promise<void>;
  removeSetup(): Promise<void>;
  /** Which addresses this instance was about to have assigned. They stay over reboots. */
  claims(instanceId: string): Promise<AddressClaim[]>;
  /** In place of those of that ENI. On the disk when this resolves. */
  writeClaims(instanceId: string, eniId: string, addresses: readonly string[]): Promise<void>;
}

const schemaVersion = 1;

/** Those below a root. */
export function createNodePortFiles(root: string): NodePortFiles {
  const at = paths(root);
  let writing: Promise<void> = Promise.resolve();

  async function claims(instanceId: string): Promise<AddressClaim[]> {
    const text = (await readIfPresent(at.nodePortClaims)) ?? '';
    return ownerOf(text) === instanceId ? parseClaims(text) : [];
  }

  async function rewrite(instanceId: string, eniId: string, addresses: readonly string[]): Promise<void> {
    const before = await claims(instanceId);
    const others = before.filter((each) => each.eniId !== eniId);
    const now = [...others, ...addresses.map((address) => ({ eniId, address }))];
    if (now.length === 0) {
      await removeFile(at.nodePortClaims);
    } else if (JSON.stringify(now) !== JSON.stringify(before)) {
      const content = JSON.stringify({ schemaVersion, instanceId, claims: now }, null, 2);
      await writeAtomically(at.nodePortClaims, `${content}\n`);
    }
  }

  return {
    async setup(instanceId) {
      const setup = parseSetup((await readIfPresent(at.nodePort)) ?? '');
      return setup?.instanceId === instanceId ? setup : undefined;
    },
    writeSetup: (setup) => writeSetup(root, setup),
    async removeSetup() {
      await removeFile(at.nodePort);
      await removeFile(at.nodePortState);
    },
    claims,
    writeClaims(instanceId, eniId, addresses) {
      // Interfaces come up at once, and share the file.
      writing = writing.catch(() => undefined).then(() => rewrite(instanceId, eniId, addresses));
      return writing;
    },
  };
}

/** None from a file that is truncated, garbage or of another schema version. */
function parseClaims(text: string): AddressClaim[] {
  const json = parseJsonObject(text);
  return json?.schemaVersion === schemaVersion && Array.isArray(json.claims)
    ? json.claims.flatMap((each: unknown) => claimOf(each) ?? [])
    : [];
}

function claimOf(value: unknown): AddressClaim | undefined {
  const { eniId, address } = isObject(value) ? value : {};
  return typeof eniId === 'string' && typeof address === 'string' ? { eniId, address } : undefined;
}

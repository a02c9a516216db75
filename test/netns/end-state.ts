import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { devices } from './devices.ts';
import type { TestNode } from './simulated-node.ts';

/**
 * What a run leaves behind, in EC2, in the kernel and on the disk, in a form in which two nodes compare equal:
 * ids and MACs are given as the interfaces that they belong to, and what is new at each run is left out.
 */
export async function endState(node: TestNode): Promise<object> {
  const named = new Map(
    node.enis().flatMap((eni): [string, string][] => {
      const name = eni.tags['multus-bootstrap.io/interface'] ?? '';
      return [
        [eni.id, `ENI of ${name}`],
        [eni.mac, `MAC of ${name}`],
      ];
    }),
  );
  const byName = (text: string) =>
    [...named].reduce((result, [id, name]) => result.replaceAll(id, name), text);
  return {
    enisInAll: node.simulator.world.enis.length,
    enis: node.enis().map(({ attachment, ...eni }) => ({
      interface: named.get(eni.id),
      subnetId: eni.subnetId,
      addresses: eni.addresses,
      ipv6Addresses: eni.ipv6Addresses,
      securityGroups: eni.securityGroups,
      description: eni.description,
      tags: eni.tags,
      sourceDestCheck: eni.sourceDestCheck,
      instanceId: attachment?.instanceId,
      deviceIndex: attachment?.deviceIndex,
      networkCard: attachment?.networkCard,
      deleteOnTermination: attachment?.deleteOnTermination,
    })),
    devices: (await devices())
      .map(({ mac, ...device }) => ({ ...device, mac: named.get(mac) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    files: Object.fromEntries(
      [...(await filesBelow(node.root))].map(([path, text]) => [path, lasting(path, byName(text))]),
    ),
  };
}

/**
 * The files below a folder by their paths. A killed write may leave a temporary file, which nobody reads; locks are
 * files that are always there, and say nothing.
 */
export async function filesBelow(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp') && !entry.name.endsWith('lock'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const read = async (path: string): Promise<[string, string]> => [
    path.slice(root.length + 1),
    await readFile(path, 'utf8'),
  ];
  return new Map(await Promise.all(paths.map(read)));
}

/** Of a file's text, what does not differ from run to run. */
function lasting(path: string, text: string): unknown {
  if (path.endsWith('result.json')) {
    const { exitCode, interfaces, labels, gate, warnings } = JSON.parse(text);
    const withoutOutcome = interfaces.map(({ outcome: _, ...each }: { outcome: string }) => each);
    return { exitCode, interfaces: withoutOutcome, labels, gate, warnings };
  }
  if (path.startsWith('var/lib/')) {
    // The id is noted once the answer has come: without it, subnet and address say which ENI is meant.
    const { nonce: _, eniId, mac: __, isTakenBack: ___, ...intent } = JSON.parse(text);
    return { ...intent, eniId: eniId ?? `ENI of ${intent.interface}` };
  }
  return text;
}

import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import { namesIn, readIfPresent } from '../host/files.ts';
import { isObject, type JsonObject } from '../host/json.ts';
import { paths } from '../host/paths.ts';

/** A NodeConfig document of the user's: a part of the user data, or a drop-in. */
export interface NodeConfigSource {
  /** As messages name it: `user data`, or the drop-in's file name. */
  name: string;
  /** Whether it is a drop-in that nodeadm reads after ours. */
  afterOurs: boolean;
  /** As parsed; undefined if it does not parse. */
  document: unknown;
}

/** What of a NodeConfig meets what the agent writes. */
export interface KubeletSettings {
  /** `spec.kubelet.flags`, cut at blanks. */
  flags: string[];
  /** `spec.kubelet.config.registerWithTaints`, as kubelet's flag has them; undefined if it is not set. */
  registerWithTaints: string[] | undefined;
  /** `spec.kubelet.config.maxPods` is set. */
  setsMaxPods: boolean;
  maxPodsExpression: string | undefined;
}

/** The drop-ins but ours, in the order in which nodeadm reads them. Throws a `Failure` (9). */
export async function readNodeConfigDropIns(root: string): Promise<NodeConfigSource[]> {
  const { nodeadm: folder, dropIn } = paths(root);
  const ours = basename(dropIn);
  // nodeadm takes the endings in any case, and sorts by bytes.
  const names = (await namesIn(folder)).filter((name) => /\.(ya?ml|json)$/i.test(name) && name !== ours);
  return Promise.all(
    names.map(async (name) => ({
      name,
      afterOurs: name > ours,
      document: parseNodeConfig((await readIfPresent(join(folder, name))) ?? ''),
    })),
  );
}

/** YAML, of which JSON is a part; undefined if it is neither. */
function parseNodeConfig(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length === 0 ? document.toJS() : undefined;
}

/** The settings of a NodeConfig document; undefined if it is not an object. */
export function kubeletSettings(document: unknown): KubeletSettings | undefined {
  if (!isObject(document)) {
    return undefined;
  }
  const kubelet = child(child(document, 'spec'), 'kubelet');
  const config = child(kubelet, 'config');
  const flags = Array.isArray(kubelet.flags) ? kubelet.flags.map(String) : [];
  const { maxPodsExpression } = kubelet;
  return {
    // systemd cuts nodeadm's one variable of all flags at blanks: `--flag value` in one entry is two words too.
    flags: flags.flatMap((flag) => flag.split(/\s+/)).filter((word) => word !== ''),
    registerWithTaints: taintsOf(config.registerWithTaints),
    setsMaxPods: config.maxPods !== undefined,
    maxPodsExpression:
      typeof maxPodsExpression === 'string' && maxPodsExpression !== '' ? maxPodsExpression : undefined,
  };
}

function taintsOf(list: unknown): string[] | undefined {
  if (!Array.isArray(list)) {
    return undefined;
  }
  return list.filter(isObject).map(({ key, value, effect }) => {
    const pair = value === undefined || value === null || value === '' ? `${key}` : `${key}=${value}`;
    return `${pair}:${effect}`;
  });
}

function child(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { merge, supplierOf } from './merge.ts';
import { type AddressConfig, type NodeConfig, toNodeConfig } from './model.ts';
import { validateNodePort } from './node-port-rules.ts';
import { nodePortWarnings } from './node-port-warnings.ts';
import { ConfigurationFailure, type Path, type Problem } from './problem.ts';
import { validateReferences } from './references.ts';
import { apiVersion, documentSchema, kind, type Spec } from './schema.ts';
import { parseSource, type Source } from './source.ts';
import { readUserData, type UserNodeConfig } from './user-data.ts';
import { validate } from './validate.ts';

/** What there is to do on this node, as configured. */
export type Loaded = None | Config;

interface Common {
  /** The user's own NodeConfigs, from the user data. */
  nodeConfigs: UserNodeConfig[];
  /** What is odd, but none of our business to refuse. */
  warnings: string[];
}
/** There is no configuration of ours anywhere. */
export interface None extends Common {
  kind: 'none';
}
export interface Config extends Common {
  kind: 'config';
  config: NodeConfig;
  /** The same in the terms of the documents. */
  spec: Spec;
  /** `source:line:column` of the value at a path of the document, undefined for a default. */
  originOf(path: Path): string | undefined;
}

/**
 * The effective configuration: the files below `<root>/etc/multus-bootstrap/config.d` in name order, then the user
 * data. Throws a `ConfigurationFailure` (3) that lists everything wrong with it.
 */
export async function loadConfig(input: { root: string; userData: Uint8Array | undefined }): Promise<Loaded> {
  const files = await readFiles(input.root);
  const userData = readUserData('user data', input.userData ?? new Uint8Array());
  return combine(
    [...files.sources, ...userData.sources],
    [...files.problems, ...userData.problems],
    userData,
  );
}

/**
 * What the files say of the run's deadline, or its default, in milliseconds: it bounds the wait for the user data.
 * Throws a `ConfigurationFailure` (3) where they are wrong.
 */
export async function loadFiles(root: string): Promise<{ timeoutMs: number }> {
  const { sources, problems } = await readFiles(root);
  const spec = effectiveSpec(sources, [...problems, ...sources.flatMap(validate)]);
  return { timeoutMs: toNodeConfig(spec).timeoutMs };
}

/** One configuration of all the sources, in their order. `problems` are those that reading them met. */
export function combine(sources: readonly Source[], problems: readonly Problem[], common: Common): Loaded {
  const { nodeConfigs, warnings } = common;
  const faults = [
    ...problems,
    ...sources.flatMap(validate),
    ...validateReferences(sources),
    ...validateNodePort(sources),
  ];
  const spec = effectiveSpec(sources, faults);
  if (sources.length === 0) {
    return { kind: 'none', nodeConfigs, warnings };
  }
  const originOf = (path: Path) => {
    const source = supplierOf(sources, path);
    const place = source?.locate(path);
    return place === undefined ? undefined : `${source?.name}:${place.line}:${place.column}`;
  };
  const config = toNodeConfig(spec);
  return {
    kind: 'config',
    config,
    spec,
    originOf,
    nodeConfigs,
    warnings: [...warnings, ...unheeded(config), ...nodePortWarnings(config)],
  };
}

/** Ranges that bind no one: where EC2 chooses, only CIDR reservations keep it out of a part of the subnet. */
function unheeded({ interfaces }: NodeConfig): string[] {
  return interfaces.flatMap((each) =>
    each.existing === undefined
      ? [...unheededOf(each.name, 'ipv4', each.ipv4), ...unheededOf(each.name, 'ipv6', each.ipv6)]
      : [],
  );
}

function unheededOf(name: string, version: string, { mode, within, podRange }: AddressConfig): string[] {
  if (mode === 'FirstFree' || within.length + podRange.length === 0) {
    return [];
  }
  const instead =
    mode === 'None'
      ? 'with mode None there is no such address'
      : 'with mode Automatic EC2 chooses anywhere in the subnet but in explicit CIDR reservations (aws ec2 create-subnet-cidr-reservation)';
  return [`${name}: ${version}.within and ${version}.podRange bind FirstFree alone; ${instead}`];
}

function effectiveSpec(sources: readonly Source[], faults: readonly Problem[]): Spec {
  if (faults.length > 0) {
    throw new ConfigurationFailure(faults);
  }
  // Without sources there are still the defaults.
  return documentSchema.parse(merge([{ apiVersion, kind }, ...sources.map(({ value }) => value)])).spec;
}

const directory = 'etc/multus-bootstrap/config.d';

/** The configuration files of an image, in name order. */
export async function readFiles(root: string): Promise<{ sources: Source[]; problems: Problem[] }> {
  let names: string[];
  try {
    names = await readdir(join(root, directory));
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { sources: [], problems: absent ? [] : [unreadable(join(root, directory), error)] };
  }
  const paths = names.filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort();
  const read = await Promise.all(paths.map((name) => readSource(join(root, directory, name))));
  return {
    sources: read.flatMap((result) => (Array.isArray(result) ? [] : [result])),
    problems: read.flatMap((result) => (Array.isArray(result) ? result : [])),
  };
}

async function readSource(path: string): Promise<Source | Problem[]> {
  try {
    return parseSource(path, await readFile(path));
  } catch (error) {
    return [unreadable(path, error)];
  }
}

function unreadable(path: string, error: unknown): Problem {
  return { source: path, message: `cannot be read: ${error instanceof Error ? error.message : error}` };
}

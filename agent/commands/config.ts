import { readFile } from 'node:fs/promises';
import { Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import { type Config, loadConfig } from '../config/load.ts';
import type { Path } from '../config/problem.ts';
import { apiVersion, kind } from '../config/schema.ts';
import { ExitCode, Failure } from '../failure.ts';
import { createShell } from './shell.ts';

/** Someone waits at a terminal: IMDS of a node that has booted answers at once. */
const patienceMs = 10_000;

/**
 * Prints the effective configuration as YAML, a comment behind each value that says where it is from. `userData` is
 * a file to take the place of the instance's own user data.
 */
export async function config(options: { root: string; userData: string | undefined }): Promise<ExitCode> {
  const userData =
    options.userData === undefined
      ? await fetchUserData(options.root)
      : await readUserDataFile(options.userData);
  const loaded = await loadConfig({ root: options.root, userData });
  for (const warning of loaded.warnings) {
    process.stderr.write(`warning: ${warning}\n`);
  }
  process.stdout.write(
    loaded.kind === 'none' ? '# no configuration: the agent leaves this node alone\n' : annotated(loaded),
  );
  return ExitCode.done;
}

function annotated({ spec, originOf }: Config): string {
  const document = new Document({ apiVersion, kind, spec });
  annotate(document.get('spec', true), ['spec'], originOf);
  return document.toString({ lineWidth: 0 });
}

function annotate(node: unknown, path: Path, originOf: Config['originOf']): void {
  if (isMap(node) && node.items.length > 0) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (isCollection(value) && value.items.length === 0 && isScalar(key)) {
        // Behind an empty list or map the library would break the line.
        key.commentBefore = ` ${originOf([...path, name]) ?? 'default'}`;
      }
      annotate(value, [...path, name], originOf);
    }
  } else if (isSeq(node) && node.items.length > 0) {
    for (const [index, item] of node.items.entries()) {
      annotate(item, [...path, index], originOf);
    }
  } else if (isScalar(node)) {
    node.comment = ` ${originOf(path) ?? 'default'}`;
  }
}

async function fetchUserData(root: string): Promise<Buffer | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  const { imds } = createShell(root);
  // Only once IMDS has answered does its 404 mean that there is no user data.
  await imds.identity(signal);
  return imds.userData(signal);
}

async function readUserDataFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(ExitCode.usage, `cannot read ${path}: ${reason}`, { cause: error });
  }
}

import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { combine, readFiles } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { parseSource, type Source } from '../config/source.ts';
import { readUserData, type UserNodeConfig } from '../config/user-data.ts';
import { ExitCode, Failure } from '../failure.ts';

export interface CheckOptions {
  root: string;
  /** Configuration files and user data, merged in this order; `-` for standard input. None: the root's own files. */
  files: string[];
  /** Whether nodeadm will read the same user data, as on every EKS image. */
  nodeadm: boolean;
}

interface Findings {
  sources: Source[];
  problems: Problem[];
  nodeConfigs: UserNodeConfig[];
  warnings: string[];
}

/**
 * Validates configuration offline and prints a line on what it is good for. Throws a `Failure` (3) that lists every
 * problem, or (2) where a file cannot be read.
 */
export async function check(options: CheckOptions): Promise<ExitCode> {
  const findings: Findings = { sources: [], problems: [], nodeConfigs: [], warnings: [] };
  if (options.files.length === 0) {
    const files = await readFiles(options.root);
    findings.sources.push(...files.sources);
    findings.problems.push(...files.problems);
  }
  for (const file of options.files) {
    inspect(file, await read(file), options.nodeadm, findings);
  }
  const loaded = combine(findings.sources, findings.problems, findings);
  for (const warning of loaded.warnings) {
    process.stderr.write(`note: ${warning}\n`);
  }
  if (loaded.kind === 'none') {
    process.stdout.write('no configuration: the agent would leave this node alone\n');
    return ExitCode.done;
  }
  const { interfaces, nodePort, labels } = loaded.config;
  const addresses = nodePort.flatMap((entry) => entry.addresses);
  const from = findings.sources.map(({ name }) => name).join(', ');
  const found = [
    `interfaces: ${list(interfaces.map(({ name }) => name))}`,
    ...(addresses.length === 0 ? [] : [`NodePort addresses: ${list(addresses)}`]),
    `labels: ${list(Object.keys(labels))}`,
  ];
  process.stdout.write(`ok: ${found.join('; ')}; from ${from}\n`);
  return ExitCode.done;
}

function list(names: readonly string[]): string {
  return names.join(', ') || 'none';
}

/** A file named as those in config.d are is one of them, unless it holds user data in another form or of others. */
function inspect(file: string, bytes: Buffer, nodeadm: boolean, findings: Findings): void {
  const name = file === '-' ? 'standard input' : file;
  const userData = readUserData(name, bytes);
  const nothing = userData.sources.length + userData.problems.length + userData.nodeConfigs.length === 0;
  if (/\.(?:ya?ml|json)$/.test(file) && (userData.bare || nothing)) {
    const source = parseSource(name, bytes);
    if (Array.isArray(source)) {
      findings.problems.push(...source);
    } else {
      findings.sources.push(source);
      findings.warnings.push(
        `${name} is good as a file of config.d in the image; written there by cloud-init it comes too late`,
      );
    }
    return;
  }
  if (nodeadm && userData.nodeadmFault !== undefined) {
    const message = `nodeadm fails on this user data, and the node never joins: it ${userData.nodeadmFault}, or check with --no-nodeadm for an image without nodeadm`;
    findings.problems.push({ source: name, message });
  } else if (nodeadm && userData.sources.length > 0 && userData.nodeConfigs.length === 0) {
    findings.warnings.push(
      `${name} has no part of type application/node.eks.aws: nodeadm fails, unless Karpenter adds its own`,
    );
  }
  findings.sources.push(...userData.sources);
  findings.problems.push(...userData.problems);
  findings.nodeConfigs.push(...userData.nodeConfigs);
  findings.warnings.push(...userData.warnings);
}

async function read(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(ExitCode.usage, `cannot read ${file}: ${reason}`, { cause: error });
  }
}

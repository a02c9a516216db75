import { execa } from 'execa';
import { enterNamespace } from '../../netns/namespace.ts';

/**
 * Runs the calling test file in namespaces of its own, as `enterNamespace` does, with room for named network namespaces
 * in them. The file's own is the fabric. What is in them ends with the process: nothing is left on the machine.
 */
export async function enterFabric(url: string): Promise<void> {
  await enterNamespace(url);
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
}

/** A machine, or a pod: a network namespace with `lo` up. IPv6 addresses are there at once. */
export async function addNamespace(name: string): Promise<void> {
  await execa('ip', ['netns', 'add', name]);
  await ip(name, ['link set lo up']);
  await setSysctls(name, { 'ipv6/conf/default/accept_dad': 0 });
}

/** Runs a command in a namespace; answers its output. */
export async function run(
  namespace: string | undefined,
  command: readonly string[],
  input = '',
): Promise<string> {
  const enter = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const [file = '', ...args] = [...enter, ...command];
  return (await execa(file, args, { input })).stdout;
}

/** Lines for `ip`, all of them; undefined: in the fabric. */
export async function ip(
  namespace: string | undefined,
  lines: readonly string[],
  version?: 4 | 6,
): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const args = [...where, ...(version === undefined ? [] : [`-${version}`]), '-batch', '-'];
  await execa('ip', args, { input: `${lines.join('\n')}\n` });
}

/** Below /proc/sys/net. */
export async function setSysctls(
  namespace: string | undefined,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  const script = Object.entries(values).map(([key, value]) => `echo ${value} > /proc/sys/net/${key}`);
  await run(namespace, ['sh', '-ec', script.join('\n')]);
}

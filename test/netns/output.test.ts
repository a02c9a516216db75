import { execa } from 'execa';
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { eth1, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

const program = new URL('../../agent/main.ts', import.meta.url).pathname;

/** Runs a command with one of its streams, 1 or 2, on a full disk. */
async function ontoFullDisk(stream: 1 | 2, args: readonly string[], env: Record<string, string> = {}) {
  const script = `exec "$0" "$@" ${stream}> /dev/full`;
  return await execa('sh', ['-c', script, process.execPath, program, ...args], { env, reject: false });
}

/** Runs a command with a pipe whose reader goes before there is anything to read. */
async function intoClosedPipe(
  args: readonly string[],
  stream: 'stdout' | 'stderr',
  env: Record<string, string> = {},
) {
  const run = execa(process.execPath, [program, ...args], { env, reject: false });
  run[stream].destroy();
  return await run;
}

t.test('a boot whose log nobody reads does its work', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const env = node.simulator.environment(node.node);
  const { exitCode } = await intoClosedPipe(['--root', node.root, 'run'], 'stderr', env);
  t.equal(exitCode, 0);
  t.match(await resultOf(node), { exitCode: 0, gate: 'open', interfaces: [{ outcome: 'created' }] });
});

t.test('a boot whose log is on a full disk does its work', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const env = node.simulator.environment(node.node);
  const { exitCode } = await ontoFullDisk(2, ['--root', node.root, 'run'], env);
  t.equal(exitCode, 0);
  t.match(await resultOf(node), { exitCode: 0, gate: 'open' });
});

t.test('a reader of the output who has gone is no failure', async (t) => {
  t.match(await intoClosedPipe(['schema'], 'stdout'), { exitCode: 0, stderr: '' });
});

t.test('output on a full disk is one line', async (t) => {
  const { exitCode, stderr } = await ontoFullDisk(1, ['schema']);
  t.equal(exitCode, 9);
  t.match(stderr, /^could not write to standard output: ENOSPC[^\n]*; free some disk space$/);
});

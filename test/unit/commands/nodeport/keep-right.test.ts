/** What others undo on the host is mended each minute, and told of; a run that changes the setup is noticed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import t, { type Test } from 'tap';
import { keepRight, noLook, setRight } from '../../../../agent/commands/nodeport/keep-right.ts';
import { ExitCode, Failure } from '../../../../agent/failure.ts';
import { removeFile } from '../../../../agent/host/files.ts';
import { createHost } from '../../../../agent/host/host.ts';
import { paths } from '../../../../agent/host/paths.ts';
import type { LinkChange } from '../../../../agent/host/port.ts';
import type { NodePortLink } from '../../../../agent/nodeport/setup.ts';
import { writeSetup } from '../../../../agent/nodeport/setup-file.ts';
import { recordingLog } from '../../../recording-log.ts';
import { handClock } from '../../hand-clock.ts';
import { setup as written } from '../../report/node-port-world.ts';

/** A host that answers so, one after the other, then that all is well. */
function world(t: Test, ...answers: (LinkChange[] | Error)[]) {
  const root = t.testdir();
  const { clock, until } = handClock();
  const { log, warnings } = recordingLog();
  const asked: string[] = [];
  /** What another process does that is at work on the host when this one comes. */
  const run: { duringWait?: () => Promise<void>; linkUp?: () => void; followed?: readonly string[] } = {};
  const host = {
    ...createHost({ root, clock, log }),
    async configureNodePort(
      instanceId: string,
      _links: readonly NodePortLink[],
      _signal: AbortSignal,
      isStillWanted = async () => true,
    ) {
      await run.duringWait?.();
      if (!(await isStillWanted())) {
        return [];
      }
      asked.push(instanceId);
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    },
    followLinkUps(names: readonly string[], tell: () => void) {
      run.linkUp = tell;
      run.followed = names;
    },
  };
  return { context: { root, clock, log, host }, until, warnings, asked, run };
}

/** As it is read. */
const setup = { ...written, metricsPort: undefined };
const never = new AbortController().signal;
const failed = () => new Failure(ExitCode.host, 'nft failed; install nftables');

t.test('each minute, and what had to be mended is a warning', async (t) => {
  const { context, until, warnings, asked } = world(t, [], [{ name: 'eth1', changes: ['address', 'rule'] }]);
  await writeSetup(context.root, setup);
  void keepRight(context, setup, noLook, never);
  await until(59_000);
  t.strictSame(asked, []);
  await until(61_000);
  t.strictSame([asked, warnings], [['i-1'], []]);
  await until(121_000);
  t.equal(asked.length, 2);
  t.match(warnings, [/something on this node undid .*: address, rule$/]);
});

t.test('at once when a link has come up, and a minute after that', async (t) => {
  const { context, until, asked, run } = world(t);
  await writeSetup(context.root, setup);
  void keepRight(context, setup, noLook, never);
  t.same(
    run.followed,
    setup.links.map(({ name }) => name),
  );
  await until(10_000);
  run.linkUp?.();
  await until(10_100);
  t.equal(asked.length, 1);
  await until(69_000);
  t.equal(asked.length, 1);
  await until(71_000);
  t.equal(asked.length, 2);
});

t.test('what cannot be mended is told once, and again when it comes back', async (t) => {
  const { context, until, warnings } = world(t, failed(), failed(), failed(), [], failed());
  await writeSetup(context.root, setup);
  const told = await setRight(context, setup, noLook, never);
  void keepRight(context, setup, told, never);
  await until(125_000);
  t.match(warnings, [/could not look after them on this node: nft failed; install nftables/]);
  await until(250_000);
  t.equal(warnings.length, 2);
});

t.test('it ends when a run changes the setup, or takes it away', async (t) => {
  const { context, until, asked } = world(t);
  await writeSetup(context.root, setup);
  let ends = 0;
  const keep = () => keepRight(context, setup, noLook, never).then(() => (ends += 1));
  void keep();
  await until(61_000);
  t.equal(ends, 0);
  await writeSetup(context.root, { ...setup, metricsPort: 9410 });
  await until(121_000);
  t.strictSame([ends, asked.length], [1, 1]);
  await removeFile(paths(context.root).nodePort);
  void keep();
  await until(182_000);
  t.strictSame([ends, asked.length], [2, 1], 'and no longer looks after what was set up before');
});

t.test('a run that is setting up others meanwhile is not undone', async (t) => {
  const { context, asked, run } = world(t);
  await writeSetup(context.root, setup);
  run.duringWait = () => writeSetup(context.root, { ...setup, links: [] });
  t.same(await setRight(context, setup, noLook, never), { hasChanged: true });
  t.same(asked, []);
});

t.test('a setup that cannot be read is told of once, and what it was is kept right', async (t) => {
  const { context, asked, warnings } = world(t);
  await mkdir(dirname(paths(context.root).nodePort), { recursive: true });
  await writeFile(paths(context.root).nodePort, '{');
  const look = await setRight(context, setup, noLook, never);
  t.same(await setRight(context, setup, look, never), look);
  t.same(asked, ['i-1', 'i-1']);
  t.match(warnings, [/nodeport\.json is not a NodePort setup/]);
});

t.test('the end of the watch is no failure of the host', async (t) => {
  const { context, warnings } = world(t, failed());
  await writeSetup(context.root, setup);
  const ended = AbortSignal.abort(new Error('the end'));
  await t.rejects(setRight(context, setup, noLook, ended), { message: 'the end' });
  t.strictSame(warnings, []);
});

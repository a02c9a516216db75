/** Every command is there, and its help tells how to call it. */
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';

const main = join(import.meta.dirname, '../../../agent/main.ts');
const commands = [
  'run',
  'plan',
  'status',
  'release',
  'nodeport',
  'check',
  'config',
  'schema',
  'map',
  'sweep',
];

const help = async (...args: string[]) => (await execa(process.execPath, [main, ...args, '--help'])).stdout;

t.test('the list', async (t) => {
  const list = (await help()).split('Commands:')[1] ?? '';
  const listed = [...list.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
  t.same(listed.slice(0, listed.indexOf('help')), commands);
});

for (const command of commands) {
  t.test(command, async (t) => {
    t.match(await help(command), new RegExp(`Examples:\n {2}.*multus-bootstrap ${command}`));
  });
}

for (const command of ['watch', 'status']) {
  t.test(`nodeport ${command}`, async (t) => {
    t.match(
      await help('nodeport', command),
      new RegExp(`Examples:\n(.*\n)* {2}multus-bootstrap nodeport ${command}`),
    );
  });
}

t.test('nodeport without saying what: its help, and the exit code of a wrong call', async (t) => {
  const { exitCode, stderr } = await execa(process.execPath, [main, 'nodeport'], { reject: false });
  t.equal(exitCode, 2);
  t.match(stderr, /watch .*status /s);
});

t.test('release and sweep say what they delete', async (t) => {
  t.match(await help('release'), /made beforehand only lose our tags and are detached/);
  t.match(
    await help('sweep'),
    /--interval <duration>.*60s.*multus-bootstrap\.io\/created=true.*deleteOnTermination: false/s,
  );
});

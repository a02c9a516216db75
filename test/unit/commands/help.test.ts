/** Every command is there, and its help tells how to call it. */
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';

const main = join(import.meta.dirname, '../../../agent/main.ts');
const commands = ['run', 'plan', 'status', 'release', 'check', 'config', 'schema', 'map', 'sweep'];

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

t.test('release and sweep say what they delete', async (t) => {
  t.match(await help('release'), /made beforehand only lose our tags and are detached/);
  t.match(
    await help('sweep'),
    /--interval <duration>.*60s.*multus-bootstrap\.io\/created=true.*deleteOnTermination: false/s,
  );
});

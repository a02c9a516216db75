import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { readRounds } from '../../bench/arguments.ts';
import type { Bench } from '../../bench/benches.ts';
import { command } from '../../bench/command.ts';

const asked: (readonly string[])[] = [];
const run: Bench['run'] = async (args) => {
  asked.push(args);
  return {
    name: 'tea',
    columns: ['', 'cups'],
    rows: [
      ['green', 3],
      ['black', 12],
    ],
    figures: { cups: 15, cupsToPot: 2.5 },
    notes: ['with milk'],
  };
};
const benches = {
  tea: async () => ({ run, plot: () => '<svg/>' }),
  coffee: async () => ({
    async run(args: readonly string[]) {
      return { name: 'coffee', columns: [], rows: [], figures: { rounds: readRounds(args, 7) } };
    },
  }),
};

async function bench(...argv: string[]) {
  let out = '';
  let err = '';
  const exitCode = await command(argv, benches, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { exitCode, out, err };
}

t.test('without a name: the names', async (t) => {
  const { exitCode, out } = await bench();
  t.equal(exitCode, 0);
  t.match(out, /^ {2}tea\n {2}coffee\n/m);
});

for (const [argv, message] of [
  [['water'], /^there is no bench 'water'; there are tea, coffee$/m],
  [['--json'], /^there is no bench '--json'/],
  [['tea', '--svg'], /^--svg needs the name of a file$/m],
  [['coffee', '--svg', 'x.svg'], /^coffee has no plot$/m],
  [['coffee', '--rounds', 'many'], /^--rounds must be a whole number from 1 on$/m],
  [['coffee', '--sugar'], /^Unknown option '--sugar'/],
] as const) {
  t.test(`refused: ${argv.join(' ')}`, async (t) => {
    const { exitCode, out, err } = await bench(...argv);
    t.equal(exitCode, 2);
    t.equal(out, '');
    t.match(err, message);
    t.match(err, /^Usage: npm run -s bench/m);
  });
}

t.test('a table for people: where and when, rows, figures', async (t) => {
  const { exitCode, out } = await bench('tea');
  t.equal(exitCode, 0);
  const [name, machine, ...rest] = out.split('\n');
  t.match(name, /^tea, \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  t.match(
    machine,
    new RegExp(`, \\d+ cores?, Linux .*, Node\\.js ${process.versions.node}, load [\\d.]+ before$`),
  );
  t.strictSame(rest, [
    '',
    '       cups',
    'green     3',
    'black    12',
    '',
    'cups        15',
    'cupsToPot  2.5',
    '',
    '- with milk',
    '',
  ]);
});

t.test('with --json: one object on one line, the figures as numbers', async (t) => {
  const { exitCode, out } = await bench('tea', '--json');
  t.equal(exitCode, 0);
  t.match(out, /^\{.*\}\n$/);
  const report: unknown = JSON.parse(out);
  t.match(report, { name: 'tea', cups: 15, cupsToPot: 2.5, machine: { node: process.versions.node } });
  t.match(report, { date: /^\d{4}-\d\d-\d\dT.*Z$/ });
});

t.test('a plot goes to its file, and what is not for all goes to the bench', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tea.svg');
  const { exitCode } = await bench('tea', '--nodes', '5', '--svg', file, '--json');
  t.equal(exitCode, 0);
  t.equal(await readFile(file, 'utf8'), '<svg/>');
  t.strictSame(asked.at(-1), ['--nodes', '5']);
  t.match(JSON.parse((await bench('coffee', '--json', '--rounds', '3')).out), { rounds: 3 });
});

t.test('the program knows its benches', async (t) => {
  const main = new URL('../../bench/main.ts', import.meta.url).pathname;
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, 'nonsense'], { reject: false });
  t.equal(exitCode, 2);
  t.equal(stdout, '');
  t.match(stderr, /^there is no bench 'nonsense'; there are boot, .*subnet-size/);
});

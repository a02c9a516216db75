import { type Cell, worlds } from './matrix.ts';
import { scenarios } from './scenarios.ts';
import { legend, reasons, tables, totals } from './table.ts';

/** The whole matrix as a page of the documentation. */
export function page(cells: readonly Cell[], paired: readonly Cell[]): string {
  const all = [...cells, ...paired];
  return `# The crash and fault matrix

Every step of a command, on EC2 and on the host, times everything that may go wrong there: a kill before it, after its
effect, or with its request still on the way; its answer lost, the connection reset, no answer at all; each class of
error that EC2 has for it; a full disk. Then the command is run again, and what it leaves in EC2, in the kernel and on
the disk is compared with an undisturbed run: ENIs, their addresses, tags, attributes and attachments, intents, link
files, devices. A further run must find nothing to do. After an error that is final the run must exit with its code,
say what failed, and have taken back what it made.

The agent's own code runs against the simulated EC2 of \`test/simulator\`, in virtual time, in two worlds: one in which
EC2's listings are up to date, and one in which they are ${Math.max(...worlds) / 1000} s behind. After a kill the next
run starts at once, as by hand; systemd waits 15 s. So soon, and with listings behind, that run may fail (7, or 9: the
device of an ENI that is gone does not come), and the one after it ends well. Not in it: IMDS, the configuration, the
gate and kubelet's files, at which \`test/netns/killed*.test.ts\` kills the real process.
\`npm run matrix -- --markdown docs/crash-matrix.md\` makes this page.

${legend}

${totals(all)}.

${scenarios.map((each) => chapter(each, cells)).join('\n')}
${pairsChapter(paired)}
## What cannot occur

${reasons(all).join('\n')}
`;
}

/** What the page says of a scenario: its cells among these. */
export function chapter({ name, what }: { name: string; what: string }, cells: readonly Cell[]): string {
  const own = cells.filter(({ scenario }) => scenario === name);
  return `## ${name[0]?.toUpperCase()}${name.slice(1)}

${what} ${totals(own)}.

${tables(own)}`;
}

/** What the page says of disturbances two in a row. */
export function pairsChapter(cells: readonly Cell[]): string {
  return `## Two in a row

After each of these, a kill before and after each step that follows, in the same run or in the next.

| first | ${['cells', '=', '↻', '✗'].join(' | ')} |
| --- | --: | --: | --: | --: |
${[...new Set(cells.map(({ scenario }) => scenario))].map((name) => row(name, cells)).join('\n')}
`;
}

function row(name: string, cells: readonly Cell[]): string {
  const own = cells.filter(({ scenario }) => scenario === name);
  const counts = (['same', 'again', 'FAILED'] as const).map(
    (kind) => own.filter(({ verdict }) => verdict.verdict === kind).length,
  );
  return `| ${[name, own.length, ...counts].join(' | ')} |`;
}

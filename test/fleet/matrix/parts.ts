import { readFile } from 'node:fs/promises';
import t from 'tap';
import { type Cell, matrix } from './matrix.ts';
import { chapter } from './page.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { failures } from './table.ts';

/** The scenarios by test file: all of them in one take minutes, and a file's time is bounded. */
export const parts = {
  'first run': ['two interfaces', 'dual stack', 'existing', 'node port'],
  'next run': ['again', 'leftovers'],
  failure: ['taking back', 'taking back, and again', 'handing back'],
  release: ['release', 'release of addresses', 'sweep'],
} as const satisfies Record<string, readonly string[]>;

/** What docs/crash-matrix.md says. */
export const shownPage = () => readFile(new URL('../../../docs/crash-matrix.md', import.meta.url), 'utf8');

/** Every step of the part's scenarios, whatever happens there; and that their chapters of the page tell of it. */
export function testPart(part: keyof typeof parts): void {
  for (const name of parts[part]) {
    t.test(`${name}: every step, whatever happens there`, async (t) => {
      const scenario = scenarioNamed(name);
      const cells = await matrix([scenario]);
      t.strictSame(failures(cells), []);
      const well = cells.filter(({ verdict }) => verdict.verdict === 'same' || verdict.verdict === 'again');
      t.ok(well.length > 100, `${well.length} of ${cells.length} cells can occur`);
      const text = chapter(scenario, cells);
      const shown = await shownPage();
      const shownChapter = shown.split(/^(?=## )/m).find((each) => each.startsWith(titleOf(text)));
      t.equal(
        shownChapter?.trimEnd(),
        text.trimEnd(),
        'npm run matrix -- --markdown docs/crash-matrix.md makes it anew',
      );
      const missing = whys(cells).filter((why) => !shown.includes(`: ${why}\n`));
      t.same(missing, [], 'and why the others cannot');
    });
  }
}

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(`no scenario ${name}`);
  }
  return found;
}

function whys(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ verdict }) => (verdict.verdict === 'impossible' ? [verdict.why] : []));
}

function titleOf(chapter: string): string {
  return `${chapter.split('\n')[0]}\n`;
}

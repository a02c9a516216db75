import { appendFile, readFile } from 'node:fs/promises';
import { failurePolicies } from './cases.ts';
import { orders, starters } from './user-data.ts';

/** Where main.ts has its tests put down what they saw. */
export const rowsVariable = 'MULTUS_BOOTSTRAP_TEST_ROWS';

/** What came of one case of the table. */
export interface Row {
  trouble: string;
  order: string;
  starter: string;
  failurePolicy: string;
  /** As it was seen, `held` or after how many ms. */
  seen: string;
}

export async function addRow(row: Row): Promise<void> {
  const path = process.env[rowsVariable];
  if (path !== undefined) {
    await appendFile(path, `${JSON.stringify(row)}\n`);
  }
}

/** The table, a line for each trouble and order. */
export async function matrix(path: string): Promise<string> {
  const rows: Row[] = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const columns = starters.flatMap((starter) =>
    failurePolicies.map((failurePolicy) => ({ starter, failurePolicy })),
  );
  const lines = [...new Set(rows.map(({ trouble }) => trouble))]
    .toSorted()
    .flatMap((trouble) =>
      orders.map((order) => [
        trouble,
        order,
        ...columns.map(
          (column) =>
            rows.find(
              (row) =>
                row.trouble === trouble &&
                row.order === order &&
                row.starter === column.starter &&
                row.failurePolicy === column.failurePolicy,
            )?.seen ?? 'did not run',
        ),
      ]),
    );
  const heads = [
    ['', '', ...columns.map(({ starter }) => starter)],
    ['', '', ...columns.map(({ failurePolicy }) => failurePolicy)],
  ];
  return [...heads, ...lines]
    .map((cells) =>
      cells
        .map((cell) => cell.padEnd(18))
        .join(' ')
        .trimEnd(),
    )
    .join('\n');
}

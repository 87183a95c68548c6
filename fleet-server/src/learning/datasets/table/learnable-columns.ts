import { DatasetError } from '../errors.ts';
import { inferType } from '../inspect/infer-type.ts';
import type { CsvFileRow } from '../files/csv-file.ts';

export interface LearnableColumn {
  name: string;
  index: number;
  type: 'number' | 'category';
}

/** More different values than this, and more than half of the rows, and a category only names rows. */
const NAMES_ROWS_ABOVE = 50;

/**
 * Columns to learn from, and why the others are not. Dates are left out: whether a date was known at the time of the
 * prediction cannot be seen from the table. Throws `no_features`.
 */
export function learnableColumns(header: readonly string[], rows: readonly CsvFileRow[], taken: ReadonlySet<string>) {
  const columns: LearnableColumn[] = [];
  const ignored: Record<string, string> = {};
  for (const [index, name] of header.entries()) {
    if (taken.has(name)) continue;
    const { type, distinct } = inferType(rows.map((row) => row.cells[index] ?? ''));
    if (type === 'empty') ignored[name] = 'empty';
    else if (type === 'date') ignored[name] = 'a date without a role';
    else if (distinct === 1) ignored[name] = 'the same in every row';
    else if (type === 'category' && distinct > NAMES_ROWS_ABOVE && distinct > rows.length / 2)
      ignored[name] = 'names rows';
    else columns.push({ name, index, type });
  }
  if (columns.length > 0) return { columns, ignored };
  throw new DatasetError('no_features', 'no column is left to learn from', {
    field: 'features',
    expected: 'at least one column of numbers or categories besides the roles',
  });
}

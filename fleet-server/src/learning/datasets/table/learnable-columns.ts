import { DatasetError } from '../errors.ts';
import { inferType } from '../inspect/infer-type.ts';
import { columnOf } from './require-roles.ts';
import type { Feature } from '@plumbline/shared/manifest';
import type { DataRow } from '../files/data-file.ts';
import type { TableRoles } from './roles.ts';

export interface LearnableColumn {
  /** Of the feature; the column may be called otherwise where roles say so. */
  name: string;
  index: number;
  type: 'number' | 'category';
  feature: Feature;
}

export interface LearnableColumns {
  columns: LearnableColumn[];
  ignored: Record<string, string>;
  /** Of the ignored: columns of dates. */
  dates: { name: string; index: number }[];
}

/** More different values than this, and more than half of the rows, and a category only names rows. */
const NAMES_ROWS_ABOVE = 50;

/**
 * Columns to learn from, and why the others are not. Dates are left out: whether a date was known at the time of the
 * prediction cannot be seen from the table. Throws `no_features`.
 */
export function learnableColumns(
  header: readonly string[],
  rows: readonly DataRow[],
  taken: ReadonlySet<string>,
): LearnableColumns {
  const columns: LearnableColumn[] = [];
  const ignored: Record<string, string> = {};
  const dates: { name: string; index: number }[] = [];
  for (const [index, name] of header.entries()) {
    if (taken.has(name)) continue;
    const { type, distinct } = inferType(rows.map((row) => row.cells[index] ?? ''));
    if (type === 'empty') ignored[name] = 'empty';
    else if (type === 'date') {
      ignored[name] = 'a date without a role';
      dates.push({ name, index });
    } else if (distinct === 1) ignored[name] = 'the same in every row';
    else if (type === 'category' && distinct > NAMES_ROWS_ABOVE && distinct > rows.length / 2)
      ignored[name] = 'names rows';
    else columns.push({ name, index, type, feature: { name, type, missing: 'accept', from: { column: name } } });
  }
  if (columns.length > 0) return { columns, ignored, dates };
  throw new DatasetError('no_features', 'no column is left to learn from', {
    field: 'features',
    expected: 'at least one column of numbers or categories besides the roles',
  });
}

/** The features that roles state, whatever the columns look like. Throws `dataset_role` where one tells the label. */
export function statedColumns(
  header: readonly string[],
  features: NonNullable<TableRoles['features']>,
  taken: ReadonlySet<string>,
): LearnableColumns {
  const columns = features.map((feature): LearnableColumn => {
    const column = columnOf(feature, header);
    if (taken.has(column)) {
      throw new DatasetError('dataset_role', `'${column}' cannot be a feature: it has another role`, {
        field: 'features',
        expected: 'columns without another role',
      });
    }
    return { name: feature.name, index: header.indexOf(column), type: feature.type, feature };
  });
  return { columns, ignored: {}, dates: [] };
}

import { createHash } from 'node:crypto';
import { DatasetError } from '../errors.ts';
import { createTally } from '../readers/tally.ts';
import { labelReader } from './label.ts';
import { learnableColumns } from './learnable-columns.ts';
import { readCells, readTimes } from './read-cells.ts';
import { requireRoles } from './require-roles.ts';
import { COLUMN_ROLES } from './roles.ts';
import type { CsvFile } from '../files/csv-file.ts';
import type { Example } from '../dataset.ts';
import type { DatasetDraft, Unreadable } from '../readers/reader.ts';
import type { LabelReader } from './label.ts';
import type { LearnableColumn } from './learnable-columns.ts';
import type { TableRoles } from './roles.ts';

/** Files of one header → examples by roles. Throws what the roles, the label and the columns may throw. */
export function readTable(files: readonly CsvFile[], given: TableRoles): DatasetDraft {
  const first = requireOneHeader(files);
  const roles = requireRoles(first, given);
  const rows = files.flatMap((file) => file.rows);
  const taken = new Set([...COLUMN_ROLES.map((role) => roles[role] ?? ''), ...(roles.ignore ?? [])]);
  const { columns, ignored } = learnableColumns(first.header, rows, taken);
  const labels = rows.map((row) => row.cells[first.header.indexOf(roles.label)] ?? '');
  const readRow = rowReader(first.header, roles, columns, labelReader(roles.label, labels, roles.positive));
  const tally = createTally();
  const examples: Example[] = [];
  for (const file of files) {
    for (const { line, cells } of file.rows) {
      const example = readRow(cells);
      if ('code' in example) tally.reject(file.source, line, example.code, example.message);
      else examples.push(example);
    }
  }
  tally.count('kept', examples.length);
  return {
    features: columns.map(({ name, type }) => ({ name, type, missing: 'accept', from: { column: name } })),
    target: roles.target ?? `'${roles.label}' says late`,
    split: roles.time !== undefined ? 'time' : roles.group !== undefined ? 'group' : 'stratified',
    examples,
    ignoredColumns: ignored,
    ...tally.result(),
  };
}

function rowReader(
  header: readonly string[],
  roles: TableRoles & { label: string },
  columns: LearnableColumn[],
  label: LabelReader,
) {
  const seen = new Map<string, number>();
  return (cells: readonly string[]): Example | Unreadable => {
    const text = (role: (typeof COLUMN_ROLES)[number]) => {
      const name = roles[role];
      return name === undefined ? undefined : (cells[header.indexOf(name)] ?? '').trim();
    };
    const value = label(text('label') ?? '');
    if (value === null) return { code: 'label_missing', message: `the label '${roles.label}' is empty` };
    const times = readTimes(text);
    if ('code' in times) return times;
    const read = readCells(cells, columns);
    if ('code' in read) return read;
    const ref = nameRow(text('id') || contentName(cells), seen);
    return {
      ref,
      site: text('site') || 'all',
      group: text('group') || ref,
      ...times,
      label: value,
      values: read.values,
    };
  };
}

/** By content, so that the order of rows and files does not matter. */
function contentName(cells: readonly string[]): string {
  return `row-${createHash('sha256').update(JSON.stringify(cells)).digest('hex').slice(0, 16)}`;
}

/** The second row of one name becomes `name#2`. */
function nameRow(name: string, seen: Map<string, number>): string {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  return count === 1 ? name : `${name}#${count}`;
}

function requireOneHeader(files: readonly CsvFile[]): CsvFile {
  const first = files[0];
  const other = files.find((file) => JSON.stringify(file.header) !== JSON.stringify(first?.header));
  if (first && !other) return first;
  throw new DatasetError('dataset_mixed', `${first?.source} and ${other?.source} have different columns`, {
    field: other?.source ?? 'paths',
    expected: 'files of one table',
  });
}

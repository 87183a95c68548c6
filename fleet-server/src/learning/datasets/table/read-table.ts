import { createHash } from 'node:crypto';
import { DatasetError } from '../errors.ts';
import { createTally } from '../readers/tally.ts';
import { labelSource, type LabelSource } from './label.ts';
import { learnableColumns, statedColumns, type LearnableColumns } from './learnable-columns.ts';
import { readCells, readDelay, readTimes } from './read-cells.ts';
import { refuseDayFirst } from './refuse-day-first.ts';
import { requireRoles } from './require-roles.ts';
import { COLUMN_ROLES } from './roles.ts';
import { suspectColumns } from './suspect-columns.ts';
import type { DataFile } from '../files/data-file.ts';
import type { Example } from '../dataset.ts';
import type { DatasetDraft, Unreadable } from '../readers/reader.ts';
import type { TableRoles } from './roles.ts';

/** Files of one header → examples by roles. Throws what the roles, the label and the columns may throw. */
export function readTable(files: readonly DataFile[], roles: TableRoles): DatasetDraft {
  const first = requireOneHeader(files);
  requireRoles(first, roles);
  const rows = files.flatMap((file) => file.rows);
  refuseDayFirst(first.header, rows, roles);
  const label = labelSource(first.header, rows, roles);
  const taken = new Set([...COLUMN_ROLES.map((role) => roles[role] ?? ''), ...(roles.ignore ?? []), ...label.columns]);
  const learnable =
    roles.features === undefined
      ? learnableColumns(first.header, rows, taken)
      : statedColumns(first.header, roles.features, taken);
  const infinite = new Map<string, string[]>();
  const readRow = rowReader(first.header, roles, learnable, label, infinite);
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
  for (const refs of infinite.values()) tally.note('infinite_value', refs.length);
  const labelColumns = [...new Set([...label.columns, ...(roles.delay === undefined ? [] : [roles.delay])])];
  return {
    features: learnable.columns.map(({ feature }) => feature),
    target: roles.target ?? label.target,
    split: roles.split ?? (roles.time !== undefined ? 'time' : roles.group !== undefined ? 'group' : 'stratified'),
    examples,
    ignoredColumns: learnable.ignored,
    labelColumns,
    findings: suspectColumns({ header: first.header, rows, learnable, labelColumns, time: roles.time, infinite }),
    ...tally.result(),
  };
}

function rowReader(
  header: readonly string[],
  roles: TableRoles,
  { columns }: LearnableColumns,
  label: LabelSource,
  infinite: Map<string, string[]>,
) {
  const seen = new Map<string, number>();
  const exact = roles.exact === true;
  return (cells: readonly string[]): Example | Unreadable => {
    const text = (role: (typeof COLUMN_ROLES)[number]) => {
      const name = roles[role];
      const cell = name === undefined ? undefined : (cells[header.indexOf(name)] ?? '');
      return exact ? cell : cell?.trim();
    };
    const value = label.read(cells);
    if (value === null) return { code: 'label_missing', message: `no label: ${label.columns.join(', ')} do not say` };
    const times = readTimes(text);
    if ('code' in times) return times;
    const delay = readDelay(text('delay'));
    if ('code' in delay) return delay;
    const beyond: string[] = [];
    const read = readCells(cells, columns, { exact, onInfinite: (column) => beyond.push(column) });
    if ('code' in read) return read;
    const ref = nameRow(text('id') || contentName(cells), seen);
    for (const column of beyond) infinite.set(column, [...(infinite.get(column) ?? []), ref]);
    return {
      ref,
      site: text('site') || 'all',
      group: text('group') || ref,
      ...times,
      label: value,
      ...delay,
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

function requireOneHeader(files: readonly DataFile[]): DataFile {
  const first = files[0];
  const other = files.find((file) => JSON.stringify(file.header) !== JSON.stringify(first?.header));
  if (first && !other) return first;
  throw new DatasetError('dataset_mixed', `${first?.source} and ${other?.source} have different columns`, {
    field: other?.source ?? 'paths',
    expected: 'files of one table',
  });
}

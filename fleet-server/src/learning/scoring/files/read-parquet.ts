import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf } from '@plumbline/shared/errors';
import type { Manifest } from '@plumbline/shared/manifest';
import { ScoringError } from '../errors.ts';
import { completePlan, requireColumns, valueOfCell, wantedColumns, type WantedColumn } from './columns.ts';
import type { InputRow, RowPlan, RowSource } from './input-row.ts';
import { objectReader } from './read-objects.ts';

/** Decoded: one group of rows is in memory at a time. */
const MAX_GROUP_BYTES = 512 * 1024 * 1024;

/** Rows of a Parquet file, a group at a time; a row is known by its number, from 1. @throws ScoringError `rows_unreadable`, `columns_missing` */
export async function readParquetRows(
  path: string,
  manifest: Pick<Manifest, 'inputs'>,
  given: RowPlan,
): Promise<RowSource> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const has = new Set(metadata.schema.slice(1).map(({ name }) => name));
    const wanted = wantedColumns(manifest);
    const absent = requireColumns(wanted, has, path);
    const plan = completePlan(given, [...has], wanted);
    const own = [plan.id, plan.asOf].filter((name) => name !== undefined);
    requireColumns(
      own.map((name) => ({ name, type: 'category' as const, required: true, categories: new Set() })),
      has,
      path,
    );
    const columns = [...new Set([...wanted.map(({ name }) => name), ...own])].filter((name) => has.has(name));
    const sizes = metadata.row_groups.map((group) => Number(group.num_rows));
    const largest = Math.max(0, ...metadata.row_groups.map((group) => Number(group.total_byte_size)));
    if (largest > MAX_GROUP_BYTES) throw tooLarge(path, largest);
    const read = (rowStart: number, rowEnd: number) =>
      parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
    return {
      absent,
      named: plan.id !== undefined,
      rows: rowsOf(sizes, read, objectReader(manifest, plan, valueOfTyped)),
    };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* rowsOf(
  sizes: readonly number[],
  read: (from: number, to: number) => Promise<Record<string, unknown>[]>,
  rowOf: (value: unknown, line: number) => InputRow,
): AsyncGenerator<InputRow> {
  let from = 0;
  for (const size of sizes) {
    const group = size === 0 ? [] : await read(from, from + size);
    for (const [at, value] of group.entries()) yield rowOf(value, from + at + 1);
    from += size;
  }
}

/** A column of numbers can be one of categories to the model, and text one of numbers. */
function valueOfTyped(column: WantedColumn, value: unknown): unknown {
  if (typeof value === 'string') return column.type === 'tensor' ? value : valueOfCell(column, value);
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return value;
  if (column.type === 'category') return Number.isNaN(value) ? null : String(value);
  return Number(value);
}

function tooLarge(path: string, bytes: number): ScoringError {
  return new ScoringError('rows_unreadable', `${path}: a group of rows takes ${bytes} bytes`, {
    kind: 'too-large',
    field: 'file',
    expected: `row groups of at most ${MAX_GROUP_BYTES} bytes`,
  });
}

function unreadable(path: string, cause: unknown): unknown {
  if (cause instanceof ScoringError) return cause;
  return new ScoringError('rows_unreadable', `${path}: ${messageOf(cause)}`, {
    field: 'file',
    expected: 'a Parquet file',
    cause,
  });
}

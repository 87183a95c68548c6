import { createReadStream } from 'node:fs';
import { CodedError } from '@plumbline/shared/errors';
import { readCsv } from '@plumbline/shared/schedules';

/** A CSV file that is read row by row, whatever its size. */
export interface OpenTable {
  header: string[];
  /** Read once, in order; a row with too few or too many cells is an error, because positions count rows. */
  rows: AsyncIterable<{ line: number; cells: string[] }>;
}

/** @throws CodedError `file_unreadable`, `csv_wrong_column_count`; CsvError */
export async function openTable(path: string): Promise<OpenTable> {
  const { header, rows } = await readCsv(chunksOf(path), { rows: Infinity });
  return { header, rows: wholeRows(path, rows) };
}

/** @throws CodedError `column_unknown`, naming the column */
export function columnOf({ header }: OpenTable, name: string, path: string): number {
  const column = header.indexOf(name);
  if (column >= 0) return column;
  throw new CodedError('column_unknown', `${path} has no column '${name}'`, {
    field: name,
    expected: `one of ${header.join(', ')}`,
  });
}

async function* wholeRows(path: string, rows: Awaited<ReturnType<typeof readCsv>>['rows']): OpenTable['rows'] {
  for await (const row of rows) {
    if (row.kind === 'row') yield row;
    else throw new CodedError(row.code, `${path}: ${row.message}`, { field: `line ${row.line}` });
  }
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new CodedError('file_unreadable', `${path}: cannot be read`, { field: path, expected: 'a CSV file', cause });
  }
}

import { readCsv, type CsvRow } from '@plumbline/shared/schedules';
import { AgentError } from '../errors.ts';
import type { ColumnType } from './columns.ts';
import { askedOf, askedOfJson, type Asked } from './input-record.ts';
import { splitLines } from './split-lines.ts';

export interface ReadOptions {
  /** For records that say nothing of their time, ms. */
  asOf: number;
  /** What the cells of a table mean. */
  columns: ReadonlyMap<string, ColumnType>;
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Longest line of NDJSON, bytes: a whole tensor may stand in a value. */
export const MAX_LINE_BYTES = 4 * 2 ** 20;
const NOTHING = new Set([0x20, 0x09, 0x0d]);
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const INTEGER = /^\s*-?\d+\s*$/;

/** A record a line; blank lines ask nothing. Bad lines are told in their place, and reading goes on. */
export async function* readNdjson(source: Bytes, { asOf }: ReadOptions): AsyncGenerator<Asked> {
  for await (const { line, bytes } of splitLines(source, MAX_LINE_BYTES)) {
    if (bytes === undefined) {
      const expected = `≤ ${MAX_LINE_BYTES} bytes a line`;
      const what = { kind: 'too-large', field: 'record', expected } as const;
      yield { row: line, error: new AgentError('line_too_long', `line ${line} is longer than that`, what) };
    } else if (!bytes.every((byte) => NOTHING.has(byte))) yield askedOfJson(bytes, line, asOf);
  }
}

/**
 * A table: columns `activity`, `asOf` (ms) and `ref` are what they say, all others are values, an empty cell is none.
 * @throws CsvError: nothing can be read from there on
 */
export async function* readTable(source: Bytes, options: ReadOptions): AsyncGenerator<Asked> {
  const { header, rows } = await readCsv(source, { rows: Number.MAX_SAFE_INTEGER });
  for await (const row of rows) yield askedOfRow(row, header, options);
}

function askedOfRow(row: CsvRow, header: readonly string[], { asOf, columns }: ReadOptions): Asked {
  const { line } = row;
  if (row.kind === 'reject') {
    const what = { field: 'record', expected: `${header.length} cells, as in the header` };
    return { row: line, error: new AgentError('record_malformed', row.message, what) };
  }
  const values: Record<string, number | string | null> = {};
  const record: Record<string, unknown> = { values };
  header.forEach((name, i) => {
    const cell = row.cells[i] ?? '';
    if (name === 'activity' || name === 'ref') {
      if (cell !== '') record[name] = cell;
    } else if (name === 'asOf') {
      if (cell !== '') record[name] = INTEGER.test(cell) ? Number(cell) : cell;
    } else values[name] = valueOf(cell, columns.get(name));
  });
  return askedOf(record, line, asOf);
}

function valueOf(cell: string, type: ColumnType | undefined): number | string | null {
  if (cell === '') return null;
  return type !== 'category' && NUMBER.test(cell) ? Number(cell) : cell;
}

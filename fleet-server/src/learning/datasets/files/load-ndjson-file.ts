import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
import { hashed } from './hashed.ts';
import { splitLines } from './split-lines.ts';
import type { DataFile } from './data-file.ts';

export type NdjsonErrorCode =
  | 'ndjson_empty' // no line that is an object
  | 'ndjson_too_many_rows'
  | 'ndjson_too_many_columns';

/** The file as a whole cannot be read. A single bad line is a reject, not an error. */
export class NdjsonError extends CodedError<NdjsonErrorCode> {
  override readonly name = 'NdjsonError';
}

export interface NdjsonLimits {
  lineBytes: number;
  rows: number;
  columns: number;
}

const DEFAULT_LIMITS: NdjsonLimits = { lineBytes: 1_000_000, rows: 5_000_000, columns: 1_024 };

type Cell = string | undefined;

/**
 * One JSON object a line → a table whose columns are the keys in the order in which they first appear. A value that is an
 * object or a list makes its column ignored. Bad lines are listed as rejected; throws `NdjsonError`.
 */
export async function loadNdjsonFile(path: string, limits: Partial<NdjsonLimits> = {}): Promise<DataFile> {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const source = basename(path);
  const hash = createHash('sha256');
  const file: DataFile = { source, sha256: '', header: [], rows: [], rejected: [] };
  const places = new Map<string, number>();
  const nested = new Map<string, string>();
  for await (const { line, text } of splitLines(hashed(createReadStream(path), hash), bounds.lineBytes)) {
    const read = text === null ? tooLong(bounds.lineBytes) : parseLine(text);
    if (read === null) continue;
    if ('code' in read) {
      file.rejected.push({ source, line, ...read });
      continue;
    }
    if (file.rows.length >= bounds.rows) throw tooMany('ndjson_too_many_rows', 'rows', bounds.rows);
    const cells: Cell[] = [];
    for (const [key, value] of read.entries) {
      const place = places.get(key) ?? places.size;
      if (place >= bounds.columns) throw tooMany('ndjson_too_many_columns', 'columns', bounds.columns);
      places.set(key, place);
      if (typeof value === 'object' && value !== null) nested.set(key, Array.isArray(value) ? 'lists' : 'objects');
      else cells[place] = value === null ? '' : String(value);
    }
    file.rows.push({ line, cells: cells as string[] });
  }
  if (file.rows.length === 0) {
    throw new NdjsonError('ndjson_empty', 'no line of the file is a JSON object', {
      expected: 'one object a line, such as {"size": 3, "late": true}',
    });
  }
  const names = [...places.keys()];
  const kept = names.flatMap((name, place) => (nested.has(name) ? [] : [place]));
  for (const row of file.rows) row.cells = kept.map((place) => row.cells[place] ?? '');
  return {
    ...file,
    sha256: hash.digest('hex'),
    header: kept.map((place) => names[place]!.trim() || `column ${place + 1}`),
    ...(nested.size > 0 ? { ignoredColumns: Object.fromEntries(nested) } : {}),
  };
}

/** null: a blank line. */
function parseLine(text: string): { entries: [string, unknown][] } | { code: string; message: string } | null {
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: 'ndjson_not_json', message: `not JSON: ${why.slice(0, 200)}` };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { entries: Object.entries(value) };
  return { code: 'ndjson_not_object', message: 'the line is JSON, but no object' };
}

function tooLong(limit: number) {
  return { code: 'ndjson_line_too_long', message: `the line is longer than ${limit} bytes` };
}

function tooMany(code: NdjsonErrorCode, what: string, limit: number): NdjsonError {
  return new NdjsonError(code, `the file has more than ${limit} ${what}`, {
    kind: 'too-large',
    field: what,
    expected: `at most ${limit} ${what}`,
  });
}

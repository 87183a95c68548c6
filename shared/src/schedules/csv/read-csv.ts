import { CsvError } from './errors.ts';
import { decodeText } from './decode-text.ts';
import { createCsvSplitter, DEFAULT_CSV_LIMITS } from './splitter.ts';
import type { TextSource } from './decode-text.ts';
import type { CsvLimits, CsvRecord } from './splitter.ts';

/** A row with as many cells as the header, or the reason why it is none; reading goes on after a reject. */
export type CsvRow =
  | { kind: 'row'; line: number; cells: string[] }
  | { kind: 'reject'; line: number; code: 'csv_wrong_column_count'; message: string };

export interface CsvTable {
  /** Trimmed names, each once; a column without a name is called `column N`. */
  header: string[];
  /** Read once, in order. */
  rows: AsyncIterable<CsvRow>;
}

/**
 * Opens a CSV stream: resolves when the header is read, the rows follow while they are asked for.
 * Cells are text as written, untrimmed. Throws `CsvError` here or while reading the rows.
 */
export async function readCsv(source: TextSource, limits: Partial<CsvLimits> = {}): Promise<CsvTable> {
  const bounds = { ...DEFAULT_CSV_LIMITS, ...limits };
  const records = splitRecords(source, bounds);
  const first = await records.next();
  if (first.done) throw new CsvError('csv_empty', 'the file is empty', { expected: 'a header row' });
  const header = nameColumns(first.value);
  return { header, rows: checkRows(records, header.length, bounds.rows) };
}

async function* splitRecords(source: TextSource, limits: CsvLimits): AsyncGenerator<CsvRecord> {
  const splitter = createCsvSplitter(limits);
  for await (const text of decodeText(source)) yield* splitter.push(text);
  yield* splitter.end();
}

function nameColumns(record: CsvRecord): string[] {
  refuseOtherSeparator(record.cells);
  const names = record.cells.map((cell, index) => cell.trim() || `column ${index + 1}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new CsvError('csv_duplicate_header', `the header names the column '${twice}' twice`, {
    field: twice,
    expected: 'every column name once',
  });
}

/** Spreadsheets of regions with a decimal comma write these; "1,234" in such a file is not what it is in ours. */
const OTHER_SEPARATORS = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
]);

function refuseOtherSeparator(cells: readonly string[]): void {
  if (cells.length > 1) return;
  for (const [separator, name] of OTHER_SEPARATORS) {
    if (!cells[0]?.includes(separator)) continue;
    throw new CsvError('csv_separator', `the columns of the header are separated by ${name}`, {
      field: 'header',
      expected: 'commas between columns, and a point in decimal numbers ("CSV UTF-8" of an English spreadsheet)',
    });
  }
}

async function* checkRows(records: AsyncIterable<CsvRecord>, columns: number, limit: number): AsyncGenerator<CsvRow> {
  let count = 0;
  for await (const { line, cells } of records) {
    if (++count > limit) throw tooManyRows(limit);
    if (cells.length === columns) yield { kind: 'row', line, cells };
    else {
      const message = `line ${line} has ${cells.length} cells, the header has ${columns}`;
      yield { kind: 'reject', line, code: 'csv_wrong_column_count', message };
    }
  }
}

function tooManyRows(limit: number): CsvError {
  return new CsvError('csv_too_many_rows', `the file has more than ${limit} rows`, {
    kind: 'too-large',
    expected: `at most ${limit} rows`,
  });
}

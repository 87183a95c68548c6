import { readCsv, type CsvTable } from '@plumbline/shared/schedules';
import type { Manifest } from '@plumbline/shared/manifest';
import { ScoringError } from '../errors.ts';
import type { InputRow, RowPlan, RowSource } from './input-row.ts';
import { planTable } from './table-rows.ts';

/** No bound of its own: rows are read one after the other. */
const ROWS = Number.MAX_SAFE_INTEGER;

/** Rows of a CSV file, one at a time. @throws CsvError, ScoringError `columns_missing` */
export async function readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  manifest: Pick<Manifest, 'inputs'>,
  given: RowPlan,
  file: string,
): Promise<RowSource> {
  const table = await readCsv(chunks, { rows: ROWS });
  const { absent, named, reader } = planTable(table.header, manifest, given, file);
  return { absent, named, rows: rowsOf(table, reader(table.header)) };
}

async function* rowsOf(
  { rows }: CsvTable,
  read: (line: number, cells: readonly string[]) => InputRow,
): AsyncGenerator<InputRow> {
  for await (const row of rows) {
    if (row.kind !== 'reject') {
      yield read(row.line, row.cells);
      continue;
    }
    const error = new ScoringError('row_malformed', row.message, {
      field: `line ${row.line}`,
      expected: 'as many cells as the header',
    });
    yield { line: row.line, error };
  }
}

import { readCsv, type CsvTable } from '@plumbline/shared/schedules';
import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { ScoringError } from '../errors.ts';
import { badTime, completePlan, requireColumns, timeOfCell, valueOfCell, wantedColumns } from './columns.ts';
import type { InputRow, RowPlan, RowSource } from './input-row.ts';

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
  const wanted = wantedColumns(manifest);
  const plan = completePlan(given, table.header, wanted);
  const places = new Map(table.header.map((name, at) => [name, at]));
  requireOwn(places, plan, file);
  const absent = requireColumns(wanted, new Set(table.header), file);
  const cellOf = (cells: readonly string[], column: string | undefined) =>
    column === undefined ? undefined : cells[places.get(column) ?? -1];
  const recordOf = (cells: readonly string[]): ActivityRecord | ScoringError => {
    const values: ActivityRecord['values'] = {};
    for (const column of wanted) {
      const cell = cells[places.get(column.name) ?? -1];
      if (cell !== undefined) values[column.name] = valueOfCell(column, cell);
    }
    const moment = cellOf(cells, plan.asOf)?.trim();
    const asOf = moment === undefined || moment === '' ? plan.asOfMs : timeOfCell(moment);
    return asOf === null ? badTime(plan.asOf ?? 'asOf', moment) : { values, asOf };
  };
  return { absent, named: plan.id !== undefined, rows: rowsOf(table, (cells) => cellOf(cells, plan.id), recordOf) };
}

async function* rowsOf(
  { rows }: CsvTable,
  idOf: (cells: readonly string[]) => string | undefined,
  recordOf: (cells: readonly string[]) => ActivityRecord | ScoringError,
): AsyncGenerator<InputRow> {
  for await (const row of rows) {
    if (row.kind === 'reject') {
      const error = new ScoringError('row_malformed', row.message, {
        field: `line ${row.line}`,
        expected: 'as many cells as the header',
      });
      yield { line: row.line, error };
      continue;
    }
    const id = idOf(row.cells);
    const record = recordOf(row.cells);
    const head = { line: row.line, ...(id !== undefined && { id }) };
    yield record instanceof ScoringError ? { ...head, error: record } : { ...head, record };
  }
}

/** Columns that a person named must be there. */
function requireOwn(places: ReadonlyMap<string, number>, { id, asOf }: RowPlan, file: string): void {
  for (const column of [id, asOf]) {
    if (column === undefined || places.has(column)) continue;
    throw new ScoringError('columns_missing', `${file}: no column ${column}`, {
      field: column,
      expected: [...places.keys()].slice(0, 50).join(' | '),
    });
  }
}

import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { ScoringError } from '../errors.ts';
import { badTime, completePlan, requireColumns, timeOfCell, valueOfCell, wantedColumns } from './columns.ts';
import type { InputRow, RowPlan } from './input-row.ts';

/** A cell as text; null for bytes that are none. */
export type Cell = string | null;

/** How the rows of a table become questions for a model. */
export interface TablePlan {
  absent: string[];
  named: boolean;
  /** Columns that are read, as the header writes them. */
  columns: string[];
  /** Reads rows whose cells stand in the order of `names`. */
  reader(names: readonly string[]): (line: number, cells: readonly Cell[]) => InputRow;
}

/** What a model wants of a table with this header. @throws ScoringError `columns_missing` */
export function planTable(
  header: readonly string[],
  manifest: Pick<Manifest, 'inputs'>,
  given: RowPlan,
  file: string,
  valueOf = valueOfCell,
): TablePlan {
  const wanted = wantedColumns(manifest);
  const plan = completePlan(given, header, wanted);
  const has = new Set(header);
  const own = [plan.id, plan.asOf].filter((name) => name !== undefined);
  requireOwn(own, header, file);
  const absent = requireColumns(wanted, has, file);
  const read = new Set([...wanted.map(({ name }) => name), ...own]);
  return {
    absent,
    named: plan.id !== undefined,
    columns: [...read].filter((name) => has.has(name)),
    reader(names) {
      const places = new Map(names.map((name, at) => [name, at]));
      const cellOf = (cells: readonly Cell[], column: string | undefined) =>
        column === undefined ? undefined : cells[places.get(column) ?? -1];
      const recordOf = (cells: readonly Cell[]): ActivityRecord | ScoringError => {
        const values: ActivityRecord['values'] = {};
        for (const column of wanted) {
          const cell = cellOf(cells, column.name);
          if (cell === null) return noText(column.name);
          if (cell !== undefined) values[column.name] = valueOf(column, cell);
        }
        const moment = cellOf(cells, plan.asOf)?.trim();
        const asOf = moment === undefined || moment === '' ? plan.asOfMs : timeOfCell(moment);
        return asOf === null ? badTime(plan.asOf ?? 'asOf', moment) : { values, asOf };
      };
      return (line, cells) => {
        const id = cellOf(cells, plan.id) ?? undefined;
        const record = recordOf(cells);
        const head = { line, ...(id !== undefined && { id }) };
        return record instanceof ScoringError ? { ...head, error: record } : { ...head, record };
      };
    },
  };
}

/** Columns that a person named must be there. */
function requireOwn(own: readonly string[], header: readonly string[], file: string): void {
  for (const column of own) {
    if (header.includes(column)) continue;
    throw new ScoringError('columns_missing', `${file}: no column ${column}`, {
      field: column,
      expected: header.slice(0, 50).join(' | '),
    });
  }
}

function noText(column: string): ScoringError {
  return new ScoringError('row_malformed', `values.${column}: bytes that are no text`, {
    field: `values.${column}`,
    expected: 'a number, a text or nothing',
  });
}

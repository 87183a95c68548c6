import { loadCsvFile } from '../files/load-csv-file.ts';
import { guessRoles } from './guess-roles.ts';
import { inferType } from './infer-type.ts';
import type { CsvFile } from '../files/csv-file.ts';
import type { TableInspection } from './table-inspection.ts';

/** Looks at a CSV file without making a dataset of it. Throws what reading a file throws. */
export async function inspectTable(path: string): Promise<TableInspection> {
  return inspectCsvFile(await loadCsvFile(path));
}

export function inspectCsvFile(file: CsvFile): TableInspection {
  const columns = file.header.map((name, index) => ({
    name,
    ...inferType(file.rows.map((row) => row.cells[index] ?? '')),
  }));
  return { source: file.source, rows: file.rows.length, columns, guess: guessRoles(columns, file.rows.length) };
}

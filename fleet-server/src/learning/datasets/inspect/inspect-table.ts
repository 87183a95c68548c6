import { loadDataFile } from '../files/load-data-file.ts';
import { guessRoles } from './guess-roles.ts';
import { inferType } from './infer-type.ts';
import type { DataFile } from '../files/data-file.ts';
import type { TableInspection } from './table-inspection.ts';

/** Looks at a file without making a dataset of it. Throws what reading a file throws. */
export async function inspectTable(path: string): Promise<TableInspection> {
  return inspectDataFile(await loadDataFile(path));
}

export function inspectDataFile(file: DataFile): TableInspection {
  const columns = file.header.map((name, index) => ({
    name,
    ...inferType(file.rows.map((row) => row.cells[index] ?? '')),
  }));
  return { source: file.source, rows: file.rows.length, columns, guess: guessRoles(columns, file.rows.length) };
}

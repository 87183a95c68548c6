import type { FeatureValue, Manifest } from '@plumbline/shared/manifest';
import { openParquet, type OpenParquet, type ParquetLimits } from '../../datasets/index.ts';
import { valueOfCell, type WantedColumn } from './columns.ts';
import type { InputRow, RowPlan, RowSource } from './input-row.ts';
import { planTable, type Cell } from './table-rows.ts';

/**
 * Rows of a Parquet file, or of its bytes, decoded in a thread that waits for who reads them; a row is known by its
 * number, from 1. @throws ParquetError, ScoringError `columns_missing`
 */
export async function readParquetRows(
  source: string | Uint8Array,
  manifest: Pick<Manifest, 'inputs'>,
  given: RowPlan,
  file: string,
  limits: Partial<ParquetLimits> = {},
): Promise<RowSource> {
  const opened = await openParquet(source, limits);
  try {
    // As a dataset of the same file names them.
    const names = new Map(opened.columns.map(({ name }) => [name.trim(), name]));
    const booleans = new Set(opened.columns.flatMap(({ name, isBoolean }) => (isBoolean ? [name.trim()] : [])));
    const valueOf = (column: WantedColumn, cell: string) => valueOfTyped(column, cell, booleans);
    const { absent, named, columns, reader } = planTable([...names.keys()], manifest, given, file, valueOf);
    // They come in the order of the file.
    const read = new Set(columns);
    const order = [...names.keys()].filter((name) => read.has(name));
    const asked = order.map((name) => names.get(name)!);
    return { absent, named, rows: rowsOf(opened, asked, reader(order)), close: opened.close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function* rowsOf(
  opened: OpenParquet,
  names: readonly string[],
  read: (line: number, cells: readonly Cell[]) => InputRow,
): AsyncGenerator<InputRow> {
  let line = 0;
  // Of a model that reads no column of its own every row is a question all the same.
  if (names.length === 0) while (line < opened.rowCount) yield read(++line, []);
  else for await (const cells of opened.rows(names)) yield read(++line, cells);
}

/** What is true is one to a model that reads a number there. */
function valueOfTyped(column: WantedColumn, cell: string, booleans: ReadonlySet<string>): FeatureValue {
  if (column.type === 'number' && booleans.has(column.name) && cell !== '') return cell === 'true' ? 1 : 0;
  return valueOfCell(column, cell);
}

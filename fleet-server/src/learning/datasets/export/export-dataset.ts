import { cellOf, exportColumns, rolesFileOf, type ExportColumn } from './columns.ts';
import type { Dataset, Example } from '../dataset.ts';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet', 'roles'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * All rows of a dataset as a file; `roles` is the YAML file that belongs beside it. With both, the table reader makes the same
 * version of it, hash for hash.
 */
export async function exportDataset(dataset: Dataset, format: ExportFormat): Promise<Uint8Array> {
  const { columns } = exportColumns(dataset);
  switch (format) {
    case 'roles':
      return bytesOf([rolesFileOf(dataset)]);
    case 'csv':
      return bytesOf(
        [columns.map(({ name }) => name), ...dataset.examples.map((one) => columns.map((c) => cellOf(c, one)))].map(
          csvLine,
        ),
      );
    case 'ndjson':
      return bytesOf(dataset.examples.map((example) => `${JSON.stringify(objectOf(columns, example))}\n`));
    case 'parquet':
      return parquetOf(columns, dataset.examples);
  }
}

function bytesOf(parts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(parts.join(''));
}

/** RFC 4180. Blanks at the ends are quoted, too: some programs take them off. */
function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}

function objectOf(columns: readonly ExportColumn[], example: Example): Record<string, unknown> {
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.type === 'moment' ? cellOf(column, example) : column.valueOf(example),
    ]),
  );
}

async function parquetOf(columns: readonly ExportColumn[], examples: readonly Example[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const types = { text: 'STRING', number: 'DOUBLE', moment: 'TIMESTAMP' } as const;
  const columnData = columns.map((column) => ({
    name: column.name,
    type: types[column.type],
    data: examples.map((example) => {
      const value = column.valueOf(example);
      return column.type === 'moment' && value !== null ? new Date(Number(value)) : value;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

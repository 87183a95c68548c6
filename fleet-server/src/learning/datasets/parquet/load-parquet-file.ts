import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { DataFile, DataRow } from '../files/data-file.ts';
import { hashed } from '../files/hashed.ts';
import { ParquetError } from './errors.ts';
import { DEFAULT_PARQUET_LIMITS, type ParquetLimits } from './limits.ts';
import { openParquet } from './open-parquet.ts';

/** Reads one Parquet file whole: single values as text, nested columns ignored by name. @throws ParquetError */
export async function loadParquetFile(path: string, limits: Partial<ParquetLimits> = {}): Promise<DataFile> {
  const hash = createHash('sha256');
  for await (const chunk of hashed(createReadStream(path), hash)) void chunk;
  const file = await openParquet(path, { ...DEFAULT_PARQUET_LIMITS, ...limits });
  try {
    const names = file.columns.map(({ name }) => name);
    const ignored = { ...file.ignored };
    const rows: DataRow[] = [];
    if (names.length > 0) {
      for await (const cells of file.rows(names)) {
        rows.push({ line: rows.length + 1, cells: cells.map((cell) => cell ?? '') });
        for (const [place, cell] of cells.entries())
          if (cell === null) ignored[names[place]!] = 'bytes that are no text';
      }
    }
    const kept = names.flatMap((name, place) => (Object.hasOwn(ignored, name) ? [] : [place]));
    if (kept.length === 0) throw noColumns();
    return {
      source: basename(path),
      sha256: hash.digest('hex'),
      header: kept.map((place) => names[place]!.trim() || `column ${place + 1}`),
      rows: kept.length === names.length ? rows : rows.map((row) => ({ ...row, cells: only(row.cells, kept) })),
      rejected: [],
      ...(Object.keys(ignored).length > 0 ? { ignoredColumns: ignored } : {}),
    };
  } finally {
    await file.close();
  }
}

function only(cells: readonly string[], places: readonly number[]): string[] {
  return places.map((place) => cells[place]!);
}

function noColumns(): ParquetError {
  return new ParquetError('parquet_no_columns', 'the file has no column that a table can hold', {
    field: 'schema',
    expected: 'columns of single values',
  });
}

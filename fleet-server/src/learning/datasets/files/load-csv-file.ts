import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { readCsv } from '@plumbline/shared/schedules';
import { hashed } from './hashed.ts';
import type { DataFile } from './data-file.ts';

/** Reads one CSV file whole. Throws `CsvError`. */
export async function loadCsvFile(path: string): Promise<DataFile> {
  return readCsvSource(basename(path), createReadStream(path));
}

/** Reads a CSV whole, wherever it comes from. @param source what it is called in the dataset @throws CsvError */
export async function readCsvSource(source: string, chunks: AsyncIterable<Uint8Array>): Promise<DataFile> {
  const hash = createHash('sha256');
  const { header, rows } = await readCsv(hashed(chunks, hash));
  const file: DataFile = { source, sha256: '', header, rows: [], rejected: [] };
  for await (const row of rows) {
    if (row.kind === 'row') file.rows.push({ line: row.line, cells: row.cells });
    else file.rejected.push({ source, line: row.line, code: row.code, message: row.message });
  }
  return { ...file, sha256: hash.digest('hex') };
}

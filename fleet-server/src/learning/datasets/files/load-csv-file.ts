import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { isCodedError } from '@plumbline/shared/errors';
import { CsvError, readCsv } from '@plumbline/shared/schedules';
import { DatasetError } from '../errors.ts';
import type { CsvFile } from './csv-file.ts';

/** Reads one CSV file whole. Throws `CsvError` with the file as field, or `dataset_unreadable`. */
export async function loadCsvFile(path: string): Promise<CsvFile> {
  const source = basename(path);
  const hash = createHash('sha256');
  try {
    const { header, rows } = await readCsv(hashed(createReadStream(path), hash));
    const file: CsvFile = { source, sha256: '', header, rows: [], rejected: [] };
    for await (const row of rows) {
      if (row.kind === 'row') file.rows.push({ line: row.line, cells: row.cells });
      else file.rejected.push({ source, line: row.line, code: row.code, message: row.message });
    }
    return { ...file, sha256: hash.digest('hex') };
  } catch (error) {
    throw named(error, path);
  }
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: { update(bytes: Uint8Array): unknown }) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The CSV reader does not know which file it reads: say so here. */
function named(error: unknown, path: string): unknown {
  if (error instanceof CsvError) {
    const field = error.field === undefined ? path : `${path}: ${error.field}`;
    return new CsvError(error.code, `${path}: ${error.message}`, {
      kind: error.kind,
      field,
      ...(error.expected === undefined ? {} : { expected: error.expected }),
      cause: error,
    });
  }
  if (isCodedError(error)) return error;
  return new DatasetError('dataset_unreadable', `${path} cannot be read`, { field: path, cause: error });
}

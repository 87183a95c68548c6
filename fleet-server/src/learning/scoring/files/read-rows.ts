import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf } from '@plumbline/shared/errors';
import type { Manifest } from '@plumbline/shared/manifest';
import type { ParquetLimits } from '../../datasets/index.ts';
import { ScoringError } from '../errors.ts';
import type { RowPlan, RowSource } from './input-row.ts';
import { readCsvRows } from './read-csv.ts';
import { readNdjsonRows } from './read-ndjson.ts';
import { readParquetRows } from './read-parquet.ts';

/**
 * Opens a CSV, NDJSON or Parquet file; which one it is, its first bytes say. @throws ScoringError, CsvError, ParquetError
 * @param limits of Parquet
 */
export async function readRows(
  path: string,
  manifest: Pick<Manifest, 'inputs'>,
  plan: RowPlan,
  limits: Partial<ParquetLimits> = {},
): Promise<RowSource> {
  const head = await firstBytes(path);
  // Encrypted files begin otherwise, and their reader says so.
  if (/^PAR[1E]/.test(head) || /\.parquet$/i.test(path)) {
    return readParquetRows(path, manifest, plan, path, limits);
  }
  const chunks = createReadStream(path);
  if (head.trimStart().startsWith('{')) return readNdjsonRows(chunks, manifest, plan);
  return readCsvRows(chunks, manifest, plan, path);
}

/** Past a byte order mark and blank lines, as text; the bytes of UTF-16 are none of ours and left to the CSV reader. */
async function firstBytes(path: string): Promise<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw new ScoringError('rows_unreadable', `${path}: ${messageOf(cause)}`, {
      kind: 'not-found',
      field: 'file',
      expected: 'a readable CSV, NDJSON or Parquet file',
      cause,
    });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new ScoringError('rows_unreadable', `${path}: ${messageOf(cause)}`, {
      field: 'file',
      expected: 'a file',
      cause,
    });
  } finally {
    await file.close();
  }
}

import { open } from 'node:fs/promises';
import { CodedError, isCodedError } from '@plumbline/shared/errors';
import { DatasetError } from '../errors.ts';
import { loadParquetFile } from '../parquet/load-parquet-file.ts';
import { loadScheduleFile } from '../schedule/load-schedule-file.ts';
import { loadCsvFile } from './load-csv-file.ts';
import { loadNdjsonFile } from './load-ndjson-file.ts';
import type { DataFile } from './data-file.ts';

const HEAD_BYTES = 4096;

/**
 * Reads one file of any kind whole. The first bytes tell the kind; a name says something only where they could be a CSV.
 * @throws CsvError, NdjsonError, ParquetError, ScheduleError with the file as field; DatasetError `dataset_unreadable`
 */
export async function loadDataFile(path: string): Promise<DataFile> {
  try {
    return await loaderOf(path, await headOf(path))(path);
  } catch (error) {
    throw named(error, path);
  }
}

function loaderOf(path: string, head: string): (path: string) => Promise<DataFile> {
  // Encrypted files begin otherwise, and their loader says so.
  if (/^PAR[1E]/.test(head) || /\.parquet$/i.test(path)) return loadParquetFile;
  // Of UTF-16 every second byte is a zero; byte order marks are not text.
  const text = head.replace(/[^\x20-\x7e]/g, '').trimStart();
  if (text.startsWith('ERMHDR') || /^<(\?xml|!DOCTYPE|!--|Project)/i.test(text)) return loadScheduleFile;
  if (text.startsWith('{') || /\.(ndjson|jsonl)$/i.test(path)) return loadNdjsonFile;
  return /\.(xer|xml)$/i.test(path) ? loadScheduleFile : loadCsvFile;
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The readers do not know which file they read: say so here. */
function named(error: unknown, path: string): unknown {
  if (!isCodedError(error)) {
    return new DatasetError('dataset_unreadable', `${path} cannot be read`, { field: path, cause: error });
  }
  if (error.field?.startsWith(path) === true) return error;
  return new CodedError(error.code, `${path}: ${error.message}`, {
    kind: error.kind,
    field: error.field === undefined ? path : `${path}: ${error.field}`,
    ...(error.expected === undefined ? {} : { expected: error.expected }),
    cause: error,
  });
}

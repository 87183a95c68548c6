import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DataFile } from '../files/data-file.ts';
import { hashed } from '../files/hashed.ts';
import { malformed, ParquetError, type ParquetErrorCode } from './errors.ts';
import { DEFAULT_PARQUET_LIMITS, type ParquetLimits } from './limits.ts';
import type { ParquetOrder, ParquetReply } from './parquet-worker.ts';
import type { ParquetTable } from './read-parquet.ts';

/** Reads one Parquet file: single values as text, nested columns ignored by name. Throws `ParquetError`. */
export async function loadParquetFile(path: string, limits: Partial<ParquetLimits> = {}): Promise<DataFile> {
  const hash = createHash('sha256');
  for await (const chunk of hashed(createReadStream(path), hash)) void chunk;
  const { header, rows, ignored } = await decode({ path, limits: { ...DEFAULT_PARQUET_LIMITS, ...limits } });
  return {
    source: basename(path),
    sha256: hash.digest('hex'),
    header,
    rows: rows.map((cells, place) => ({ line: place + 1, cells })),
    rejected: [],
    ...(Object.keys(ignored).length > 0 ? { ignoredColumns: ignored } : {}),
  };
}

/** In a thread of its own: bytes that somebody made can send a decoder in circles, and a thread can be ended. */
async function decode(order: ParquetOrder): Promise<ParquetTable> {
  const worker = new Worker(new URL('./parquet-worker.ts', import.meta.url), { workerData: order });
  let stall: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ParquetTable>((resolve, reject) => {
      const wait = (): void => {
        clearTimeout(stall);
        stall = setTimeout(
          () => reject(malformed('pages', 'decoding does not come to an end', 'pages of the Parquet format')),
          order.limits.stallMs,
        );
      };
      wait();
      worker.on('message', (reply: ParquetReply) => {
        if ('column' in reply) wait();
        else if ('table' in reply) resolve(reply.table);
        else reject(errorOf(reply.failure));
      });
      const lost = (cause: unknown) =>
        reject(malformed('pages', 'the file cannot be decoded', 'pages of the Parquet format', cause));
      worker.on('error', lost);
      worker.on('exit', (code) => lost(`the thread ended with code ${code}`));
    });
  } finally {
    clearTimeout(stall);
    await worker.terminate();
  }
}

function errorOf({ message, code, kind, ...more }: Extract<ParquetReply, { failure: unknown }>['failure']): Error {
  if (code === undefined) return malformed('pages', message, 'pages of the Parquet format');
  return new ParquetError(code as ParquetErrorCode, message, {
    ...more,
    ...(kind === 'too-large' ? { kind } : {}),
  });
}

import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import type { ParquetLimits } from './limits.ts';
import { readParquet, type ParquetTable } from './read-parquet.ts';

export interface ParquetOrder {
  path: string;
  limits: ParquetLimits;
}

/** One `column` for each part that was decoded: a sign of life. */
export type ParquetReply =
  | { column: string }
  | { table: ParquetTable }
  | { failure: { message: string; code?: string; kind?: string; field?: string; expected?: string } };

const { path, limits } = workerData as ParquetOrder;
const reply = (message: ParquetReply): void => parentPort?.postMessage(message, []);

try {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const slices = {
      byteLength: size,
      async slice(start: number, end = size) {
        const bytes = new ArrayBuffer(Math.max(0, end - start));
        await file.read(new Uint8Array(bytes), 0, bytes.byteLength, start);
        return bytes;
      },
    };
    reply({ table: await readParquet(slices, limits, (column) => reply({ column })) });
  } finally {
    await file.close();
  }
} catch (error) {
  const message = messageOf(error);
  if (!isCodedError(error)) reply({ failure: { message } });
  else {
    const { code, kind, field, expected } = error;
    reply({ failure: { message, code, kind, ...(field && { field }), ...(expected && { expected }) } });
  }
}

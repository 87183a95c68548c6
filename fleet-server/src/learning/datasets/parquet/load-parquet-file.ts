import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { hashed } from '../files/hashed.ts';
import { DEFAULT_PARQUET_LIMITS, type ParquetLimits } from './limits.ts';
import type { DataFile } from '../files/data-file.ts';

/** Reads one Parquet file: single values as text, nested columns ignored by name. Throws `ParquetError`. */
export async function loadParquetFile(path: string, limits: Partial<ParquetLimits> = {}): Promise<DataFile> {
  // The decoders are half a megabyte of code that most commands never need.
  const { readParquet } = await import('./read-parquet.ts');
  const source = basename(path);
  const hash = createHash('sha256');
  for await (const chunk of hashed(createReadStream(path), hash)) void chunk;
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
    const { header, rows, ignored } = await readParquet(slices, { ...DEFAULT_PARQUET_LIMITS, ...limits });
    return {
      source,
      sha256: hash.digest('hex'),
      header,
      rows: rows.map((cells, place) => ({ line: place + 1, cells })),
      rejected: [],
      ...(Object.keys(ignored).length > 0 ? { ignoredColumns: ignored } : {}),
    };
  } finally {
    await file.close();
  }
}

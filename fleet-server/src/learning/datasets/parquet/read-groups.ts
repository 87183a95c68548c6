import { parquetRead, type CompressionCodec, type Compressors, type FileMetaData, type RowGroup } from 'hyparquet';
import { decompressGzip, decompressSnappy, decompressZstd } from 'hyparquet-compressors';
import { isCodedError } from '@plumbline/shared/errors';
import { cellText, TEXT_PARSERS } from './cell-text.ts';
import { checkPages, chunkOf, chunkRange } from './check-pages.ts';
import type { FlatColumn } from './columns.ts';
import { malformed, ParquetError, tooLarge } from './errors.ts';
import type { Slices } from './read-footer.ts';
import type { ParquetLimits } from './limits.ts';

/** A cell as text; null where bytes are no text. */
export type ParquetCell = string | null;

/** Into a buffer of the size that the page declares and `checkPages` has allowed, never into more. */
const COMPRESSORS: Compressors = {
  SNAPPY: decompressSnappy,
  GZIP: decompressGzip,
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};
const CODECS: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'];

/** Groups of rows one after the other, each as its columns; `onColumn` after each of these. @throws ParquetError */
export async function* readGroups(
  file: Slices,
  metadata: FileMetaData,
  columns: readonly FlatColumn[],
  limits: ParquetLimits,
  onColumn: () => void,
): AsyncGenerator<ParquetCell[][]> {
  const total = Number(metadata.num_rows) * columns.length;
  if (total > limits.cells) throw tooLarge('cells', total, limits.cells);
  let rowStart = 0;
  let decodedBytes = 0;
  for (const group of metadata.row_groups) {
    const size = Number(group.num_rows);
    if (size * columns.length > limits.groupCells) {
      throw tooLarge('cells in a group of rows', size * columns.length, limits.groupCells);
    }
    const groupBytes = await checkGroup(file, group, columns, limits);
    if (groupBytes > limits.groupBytes) throw tooLarge('bytes in a group of rows', groupBytes, limits.groupBytes);
    decodedBytes += groupBytes;
    if (decodedBytes > limits.decodedBytes) throw tooLarge('bytes of values', decodedBytes, limits.decodedBytes);
    if (size === 0) continue;
    const part = { file, metadata, rowStart, rowEnd: rowStart + size };
    const read: ParquetCell[][] = [];
    for (const column of columns) {
      read.push(await readColumn(part, column));
      onColumn();
    }
    yield read;
    rowStart += size;
  }
}

async function checkGroup(file: Slices, group: RowGroup, columns: readonly FlatColumn[], limits: ParquetLimits) {
  let decodedBytes = 0;
  for (const { name } of columns) {
    const chunk = chunkOf(group, name);
    if (chunk === undefined) throw malformed(name, `a group of rows has no values of '${name}'`, 'every column');
    const codec = chunk.meta_data?.codec ?? 'UNCOMPRESSED';
    if (!CODECS.includes(codec)) {
      throw new ParquetError('parquet_codec', `'${name}' is compressed with ${codec}`, {
        field: name,
        expected: CODECS.join(', '),
      });
    }
    const bytes = await file.slice(...chunkRange(chunk, name, file.byteLength));
    decodedBytes += await guarded(name, async () => checkPages(bytes, name, Number(group.num_rows), limits));
  }
  return decodedBytes;
}

interface Part {
  file: Slices;
  metadata: FileMetaData;
  rowStart: number;
  rowEnd: number;
}

async function readColumn(part: Part, { name, decimalScale }: FlatColumn): Promise<ParquetCell[]> {
  const cells = Array.from({ length: part.rowEnd - part.rowStart }, (): ParquetCell => '');
  await guarded(name, () =>
    parquetRead({
      ...part,
      columns: [name],
      compressors: COMPRESSORS,
      parsers: TEXT_PARSERS,
      utf8: false,
      geoparquet: false,
      onChunk: ({ columnData, rowStart }) => {
        const first = rowStart - part.rowStart;
        const count = Math.min(columnData.length, cells.length - first);
        for (let at = 0; at < count; at++) cells[first + at] = cellText(columnData[at], decimalScale);
      },
    }),
  );
  return cells;
}

/** The decoder throws plain errors, of ranges and lengths mostly. */
async function guarded<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw malformed(name, `the values of '${name}' cannot be decoded`, 'pages of the Parquet format', cause);
  }
}

import { parquetRead, type CompressionCodec, type Compressors, type FileMetaData, type RowGroup } from 'hyparquet';
import { decompressGzip, decompressSnappy, decompressZstd } from 'hyparquet-compressors';
import { isCodedError } from '@plumbline/shared/errors';
import { cellText, TEXT_PARSERS } from './cell-text.ts';
import { checkPages, chunkOf, chunkRange } from './check-pages.ts';
import { chooseColumns, type FlatColumn } from './columns.ts';
import { malformed, ParquetError, tooLarge } from './errors.ts';
import { readFooter, type Slices } from './read-footer.ts';
import type { ParquetLimits } from './limits.ts';

export interface ParquetTable {
  header: string[];
  rows: string[][];
  ignored: Record<string, string>;
}

/** Into a buffer of the size that the page declares and `checkPages` has allowed, never into more. */
const COMPRESSORS: Compressors = {
  SNAPPY: decompressSnappy,
  GZIP: decompressGzip,
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};
const CODECS: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'];

/** A Parquet file as a table of text, one row group at a time; `onColumn` after each part. @throws ParquetError */
export async function readParquet(
  file: Slices,
  limits: ParquetLimits,
  onColumn: (name: string) => void,
): Promise<ParquetTable> {
  const metadata = await readFooter(file, limits);
  const { columns, ignored } = chooseColumns(metadata);
  if (columns.length > limits.columns) throw tooLarge('columns', columns.length, limits.columns);
  const total = Number(metadata.num_rows);
  if (total * columns.length > limits.cells) throw tooLarge('cells', total * columns.length, limits.cells);
  const rows = Array.from({ length: total }, () => Array.from(columns, () => ''));
  let rowStart = 0;
  let decodedBytes = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    decodedBytes += await checkGroup(file, group, columns, limits);
    if (decodedBytes > limits.decodedBytes) throw tooLarge('bytes of values', decodedBytes, limits.decodedBytes);
    if (rowEnd > rowStart) await readGroup({ file, metadata, rowStart, rowEnd, onColumn }, columns, rows, ignored);
    rowStart = rowEnd;
  }
  const kept = columns.flatMap(({ name }, place) => (Object.hasOwn(ignored, name) ? [] : [place]));
  if (kept.length === 0) {
    throw new ParquetError('parquet_no_columns', 'the file has no column that a table can hold', {
      field: 'schema',
      expected: 'columns of single values',
    });
  }
  return {
    header: kept.map((place) => columns[place]!.name.trim() || `column ${place + 1}`),
    rows: kept.length === columns.length ? rows : rows.map((cells) => kept.map((place) => cells[place]!)),
    ignored,
  };
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
  onColumn: (name: string) => void;
}

async function readGroup(
  { onColumn, ...part }: Part,
  columns: readonly FlatColumn[],
  rows: string[][],
  ignored: Record<string, string>,
) {
  for (const [place, { name, decimalScale }] of columns.entries()) {
    if (Object.hasOwn(ignored, name)) continue;
    await guarded(name, () =>
      parquetRead({
        ...part,
        columns: [name],
        compressors: COMPRESSORS,
        parsers: TEXT_PARSERS,
        utf8: false,
        geoparquet: false,
        onChunk: ({ columnData, rowStart }) => {
          for (let at = 0; at < columnData.length; at++) {
            const row = rows[rowStart + at];
            const text = cellText(columnData[at], decimalScale);
            if (row === undefined) return;
            if (text === null) ignored[name] = 'bytes that are no text';
            else row[place] = text;
          }
        },
      }),
    );
    onColumn(name);
  }
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

import type { ColumnChunk, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { malformed, tooLarge } from './errors.ts';
import type { ParquetLimits } from './limits.ts';

/**
 * Walks the pages of one column chunk by their headers, before anything of them is decompressed: a page of a few bytes may
 * declare gigabytes. @returns bytes it will hold when decompressed
 */
export function checkPages(bytes: ArrayBuffer, name: string, rows: number, limits: ParquetLimits): number {
  const reader = { view: new DataView(bytes), offset: 0 };
  let decodedBytes = 0;
  let values = 0;
  while (values < rows && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: stored, uncompressed_page_size: decoded } = header;
    const fits = stored >= 0 && decoded >= 0 && reader.offset + stored <= bytes.byteLength;
    if (!fits) throw malformed(name, `a page of '${name}' claims ${stored} bytes that are not there`, 'whole pages');
    if (decoded > limits.pageBytes) throw tooLarge(`bytes in a page of '${name}'`, decoded, limits.pageBytes);
    const entries = header.dictionary_page_header?.num_values ?? 0;
    const count = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0;
    // A dictionary holds its values one by one, eight booleans to a byte.
    const possible = entries >= 0 && entries <= decoded * 8 && count >= 0 && values + count <= rows;
    if (!possible) {
      throw malformed(name, `pages of '${name}' claim more values than its ${rows} rows`, 'a value for every row');
    }
    values += count;
    decodedBytes += decoded;
    reader.offset += stored;
  }
  if (values < rows) throw malformed(name, `'${name}' has ${values} values for ${rows} rows`, 'a value for every row');
  return decodedBytes;
}

/** Where the bytes of a chunk lie. */
export function chunkRange(chunk: ColumnChunk, name: string, sizeBytes: number): [start: number, end: number] {
  const about = chunk.meta_data;
  if (about === undefined || chunk.file_path !== undefined || chunk.crypto_metadata !== undefined) {
    throw malformed(name, `the values of '${name}' are in another file or encrypted`, 'values in this file');
  }
  const first = about.dictionary_page_offset || about.data_page_offset;
  const start = Number(first < about.data_page_offset ? first : about.data_page_offset);
  const end = start + Number(about.total_compressed_size);
  if (start >= 4 && end > start && end <= sizeBytes) return [start, end];
  throw malformed(name, `the values of '${name}' claim bytes ${start} to ${end} of ${sizeBytes}`, 'bytes in the file');
}

export function chunkOf(group: RowGroup, name: string): ColumnChunk | undefined {
  return group.columns.find(
    ({ meta_data: about }) => about?.path_in_schema.length === 1 && about.path_in_schema[0] === name,
  );
}

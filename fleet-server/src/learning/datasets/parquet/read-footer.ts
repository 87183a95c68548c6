import { parquetMetadata, type FileMetaData } from 'hyparquet';
import { malformed, ParquetError, tooLarge } from './errors.ts';
import { TEXT_PARSERS } from './cell-text.ts';
import type { ParquetLimits } from './limits.ts';

export interface Slices {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

const MARK_BYTES = 4;
const TAIL_BYTES = 8;

/** What the file says of itself, its sizes checked. */
export async function readFooter(file: Slices, limits: ParquetLimits): Promise<FileMetaData> {
  const head = file.byteLength < MARK_BYTES ? '' : markOf(await file.slice(0, MARK_BYTES));
  if (head === 'PARE') {
    throw new ParquetError('parquet_encrypted', 'the file is encrypted', { expected: 'a file that is not encrypted' });
  }
  if (head !== 'PAR1') {
    throw new ParquetError('parquet_not_parquet', 'the file does not begin as a Parquet file', {
      expected: 'PAR1 at its beginning and end',
    });
  }
  const tail = file.byteLength < TAIL_BYTES + MARK_BYTES ? undefined : await file.slice(file.byteLength - TAIL_BYTES);
  if (tail === undefined || markOf(tail.slice(MARK_BYTES)) !== 'PAR1') {
    throw new ParquetError('parquet_truncated', 'the file ends before its footer', { expected: 'PAR1 at its end' });
  }
  const length = new DataView(tail).getUint32(0, true);
  if (length > file.byteLength - TAIL_BYTES - MARK_BYTES) {
    throw malformed('footer', `the footer claims ${length} of ${file.byteLength} bytes`, 'a footer inside the file');
  }
  if (length > limits.footerBytes) throw tooLarge('bytes in its footer', length, limits.footerBytes);
  const metadata = parse(await file.slice(file.byteLength - TAIL_BYTES - length));
  const rows = metadata.row_groups.map((group) => Number(group.num_rows));
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (rows.some((count) => count < 0) || total !== Number(metadata.num_rows)) {
    throw malformed('num_rows', `the groups hold ${total} rows, the footer says ${metadata.num_rows}`, 'one number');
  }
  if (total > limits.rows) throw tooLarge('rows', total, limits.rows);
  return metadata;
}

function parse(footer: ArrayBuffer): FileMetaData {
  try {
    return parquetMetadata(footer, { parsers: TEXT_PARSERS, geoparquet: false });
  } catch (cause) {
    throw malformed('footer', 'the footer cannot be read', 'a footer of the Parquet format', cause);
  }
}

function markOf(bytes: ArrayBuffer): string {
  return String.fromCharCode(...new Uint8Array(bytes));
}

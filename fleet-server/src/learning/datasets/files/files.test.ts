import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { codeOf, isCodedError } from '@plumbline/shared/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadParquetFile } from '../parquet/load-parquet-file.ts';
import { loadDataFile } from './load-data-file.ts';
import { loadNdjsonFile } from './load-ndjson-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  return isCodedError(error) ? `${codeOf(error)} ${error.kind}` : String(error);
}

describe('NDJSON', () => {
  test('becomes a table: keys are columns, what is absent or null is missing, nested values are left out by name', async () => {
    const lines = [
      '{"size": 3, "late": true, "note": "a,b"}',
      '',
      '{"late": false, "size": null, "more": 1e-7, "crew": {"n": 2}}\r',
      '{"__proto__": "x", "size": 12345678901234567890}',
    ];
    const file = await loadDataFile(await written('any.ndjson', `\uFEFF${lines.join('\n')}\n`));
    expect(file.header).toEqual(['size', 'late', 'note', 'more', '__proto__']);
    expect(file.rows.map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, '3', 'true', 'a,b', '', ''],
      [3, '', 'false', '', '1e-7', ''],
      [4, '12345678901234567000', '', '', '', 'x'],
    ]);
    expect(file.ignoredColumns).toEqual({ crew: 'objects' });
  });

  test('lists bad lines with their reason and reads on; a line beyond the limit is never held', async () => {
    const path = await written('bad.jsonl', `{"a":1}\n{"a":\n[1]\n{"a":"${'x'.repeat(5000)}"}\n7\n{"a":2}`);
    const file = await loadNdjsonFile(path, { lineBytes: 1000 });
    expect(file.rows.map(({ line }) => line)).toEqual([1, 6]);
    expect(file.rejected.map(({ line, code }) => [line, code])).toEqual([
      [2, 'ndjson_not_json'],
      [3, 'ndjson_not_object'],
      [4, 'ndjson_line_too_long'],
      [5, 'ndjson_not_object'],
    ]);
  });

  test('without an object, or with more than the limits, is refused', async () => {
    expect(await refusal(loadDataFile(await written('none.ndjson', '[]\n')))).toBe('ndjson_empty invalid');
    const path = await written('wide.ndjson', '{"a":1,"b":2}\n{"a":1}\n');
    expect(await refusal(loadNdjsonFile(path, { rows: 1 }))).toBe('ndjson_too_many_rows too-large');
    expect(await refusal(loadNdjsonFile(path, { columns: 1 }))).toBe('ndjson_too_many_columns too-large');
  });
});

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)),
};

const hole = <T>(value: T, row: number) => (row % 7 === 0 ? null : value);

/** 300 rows in groups of 100: whole numbers beyond 2^53, decimals, moments, booleans, levels, holes, a list. */
function parquetOf(codec: 'SNAPPY' | 'GZIP' | 'ZSTD' | 'UNCOMPRESSED'): Uint8Array {
  const rows = Array.from({ length: 300 }, (_, row) => row);
  return new Uint8Array(
    parquetWriteBuffer({
      codec,
      compressors: COMPRESSORS,
      rowGroupSize: 100,
      schema: [
        { name: 'root', num_children: 7 },
        { name: 'big', type: 'INT64', repetition_type: 'OPTIONAL' },
        { name: 'cost', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9, repetition_type: 'OPTIONAL' },
        { name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
        { name: 'ok', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
        { name: 'trade', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'extra', type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'big', data: rows.map((row) => hole(9_007_199_254_740_993n + BigInt(row), row)) },
        { name: 'cost', data: rows.map((row) => hole(row === 1 ? 19.99 : -row / 100, row)) },
        { name: 'at', data: rows.map((row) => new Date(Date.UTC(2024, 0, 1, 0, 0, 0, row))) },
        { name: 'day', data: rows.map((row) => new Date(Date.UTC(2024, 0, 1 + (row % 28)))) },
        { name: 'ok', data: rows.map((row) => hole(row % 2 === 0, row)) },
        { name: 'trade', data: rows.map((row) => hole(['steel', 'wood', 'Fräser'][row % 3]!, row)) },
        { name: 'extra', data: rows.map((row) => ({ row })) },
      ],
    }),
  );
}

describe('Parquet', () => {
  test.each(['SNAPPY', 'GZIP', 'ZSTD', 'UNCOMPRESSED'] as const)('of %s is read to the last digit', async (codec) => {
    const file = await loadDataFile(await written(`${codec}.bin`, parquetOf(codec)));
    expect(file.header).toEqual(['big', 'cost', 'at', 'day', 'ok', 'trade']);
    expect(file.rows).toHaveLength(300);
    expect(file.rows[1]).toEqual({
      line: 2,
      cells: ['9007199254740994', '19.99', '2024-01-01T00:00:00.001Z', '2024-01-02', 'false', 'wood'],
    });
    expect(file.rows[299]?.cells.slice(0, 3)).toEqual(['9007199254741292', '-2.99', '2024-01-01T00:00:00.299Z']);
    expect(file.rows[7]?.cells).toEqual(['', '', '2024-01-01T00:00:00.007Z', '2024-01-08', '', '']);
    expect(file.ignoredColumns).toEqual({ extra: 'values of the kind JSON' });
  });

  test('cut short, of another kind, or encrypted is refused', async () => {
    const whole = parquetOf('SNAPPY');
    expect(await refusal(loadDataFile(await written('cut.parquet', whole.subarray(0, 900))))).toBe(
      'parquet_truncated invalid',
    );
    expect(await refusal(loadDataFile(await written('text.parquet', 'a,b\n1,2\n')))).toBe(
      'parquet_not_parquet invalid',
    );
    expect(await refusal(loadDataFile(await written('tiny.parquet', 'P')))).toBe('parquet_not_parquet invalid');
    const locked = Uint8Array.from(whole);
    locked.set(new TextEncoder().encode('PARE'));
    expect(await refusal(loadDataFile(await written('locked.bin', locked)))).toBe('parquet_encrypted invalid');
  });

  test('that declares more than the limits is refused before anything is made of it', async () => {
    const path = await written('much.parquet', parquetOf('GZIP'));
    expect(await refusal(loadParquetFile(path, { rows: 299 }))).toBe('parquet_too_large too-large');
    expect(await refusal(loadParquetFile(path, { columns: 5 }))).toBe('parquet_too_large too-large');
    expect(await refusal(loadParquetFile(path, { cells: 1799 }))).toBe('parquet_too_large too-large');
    expect(await refusal(loadParquetFile(path, { pageBytes: 100 }))).toBe('parquet_too_large too-large');
    expect(await refusal(loadParquetFile(path, { decodedBytes: 3000 }))).toBe('parquet_too_large too-large');
    expect(await refusal(loadParquetFile(path, { footerBytes: 100 }))).toBe('parquet_too_large too-large');
    const footer = Uint8Array.from(parquetOf('SNAPPY'));
    new DataView(footer.buffer).setUint32(footer.length - 8, 0xffff_fff0, true);
    expect(await refusal(loadDataFile(await written('footer.parquet', footer)))).toBe('parquet_malformed invalid');
  });

  test('with any byte changed is read or refused with a code', async () => {
    const whole = parquetOf('SNAPPY');
    const path = join(folder, 'changed.parquet');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Uint8Array.from(whole);
        changed[at] = changed[at]! ^ by;
        await writeFile(path, changed);
        expect(await refusal(loadParquetFile(path, { stallMs: 3000 }))).toMatch(/^nothing$|^parquet_/);
      }),
      { numRuns: 25 },
    );
  });
});

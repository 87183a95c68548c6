import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvError, readCsv } from './index.ts';
import type { CsvLimits } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function readAll(chunks: (Uint8Array | string)[], limits?: Partial<CsvLimits>) {
  const table = await readCsv(chunks, limits);
  const rows = await Array.fromAsync(table.rows);
  return { header: table.header, rows };
}

async function codeOfReading(chunks: (Uint8Array | string)[], limits?: Partial<CsvLimits>): Promise<string> {
  try {
    await readAll(chunks, limits);
  } catch (error) {
    if (error instanceof CsvError) return error.code;
    throw error;
  }
  return 'none';
}

describe('readCsv', () => {
  test('reads quotes, embedded quotes, quoted line breaks and both line ends, and says where each row begins', async () => {
    const text = '\uFEFFname , note\r\n"a, b","said ""no"""\r\n\r\n"two\r\nlines",x\nlast,';
    const { header, rows } = await readAll([bytes(text)]);
    expect(header).toEqual(['name', 'note']);
    expect(rows).toEqual([
      { kind: 'row', line: 2, cells: ['a, b', 'said "no"'] },
      { kind: 'row', line: 4, cells: ['two\r\nlines', 'x'] },
      { kind: 'row', line: 6, cells: ['last', ''] },
    ]);
  });

  test('rejects a row with another number of cells and reads on', async () => {
    const { rows } = await readAll(['a,b\n1\n2,3\n4,5,6\n']);
    expect(rows.map((row) => [row.kind, row.line])).toEqual([
      ['reject', 2],
      ['row', 3],
      ['reject', 4],
    ]);
  });

  test('names columns without a name by their place', async () => {
    expect((await readAll([',x\n0,1\n'])).header).toEqual(['column 1', 'x']);
  });

  test.each<[string, string, (Uint8Array | string)[], Partial<CsvLimits>?]>([
    ['an empty file', 'csv_empty', []],
    ['only blank lines', 'csv_empty', ['\n\r\n\n']],
    ['a NUL byte', 'csv_not_text', [bytes('a,b\n1,\0')]],
    ['invalid UTF-8', 'csv_not_text', [Uint8Array.of(0x61, 0xff, 0x0a)]],
    ['a character cut at the end', 'csv_not_text', [bytes('a\né').slice(0, 3)]],
    ['a header with one name twice', 'csv_duplicate_header', ['a,b, a\n']],
    ['semicolons between the columns', 'csv_separator', ['Datum;Regen mm;late\r\n01.02.2026;10,25;1\r\n']],
    ['tabs between the columns', 'csv_separator', ['date\train\tlate\n']],
    ['a row beyond the limit', 'csv_row_too_long', ['a\n' + 'x'.repeat(50)], { rowCharacters: 20 }],
    ['a quote never closed in a long file', 'csv_row_too_long', ['a\n"' + 'x\n'.repeat(50)], { rowCharacters: 20 }],
    ['a quote never closed', 'csv_unclosed_quote', ['a\n"x']],
    ['too many columns', 'csv_too_many_columns', ['a,b,c\n'], { columns: 2 }],
    ['too many rows', 'csv_too_many_rows', ['a\n1\n2\n'], { rows: 1 }],
  ])('refuses %s as %s', async (_what, code, chunks, limits) => {
    expect(await codeOfReading(chunks, limits)).toBe(code);
  });

  test('reads back every table written with quotes, however the bytes are cut', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ',', '"', '\n', '\r', ' ') });
    const tables = fc.array(fc.tuple(cell, cell), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
        const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        const all = bytes(['x,y', ...quoted].join('\r\n'));
        const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.slice(i * size, (i + 1) * size),
        );
        const read = await readAll(chunks);
        expect(read.rows.map((row) => (row.kind === 'row' ? row.cells : row.message))).toEqual(rows);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerRecords, inBatches } from './answer-records.ts';
import { AgentError } from '../errors.ts';
import type { Agent } from '../agent.ts';
import type { ColumnType } from './columns.ts';
import type { Asked } from './input-record.ts';
import { MAX_LINE_BYTES, readNdjson, readTable } from './read-records.ts';
import { splitLines } from './split-lines.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const COLUMNS = new Map<string, ColumnType>([
  ['a', 'number'],
  ['code', 'category'],
]);
const options = { asOf: 7, columns: COLUMNS };

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}
const told = (asked: Asked) =>
  'error' in asked ? { row: asked.row, error: asked.error.code, field: asked.error.field } : asked;

describe('lines of bytes', () => {
  it('are the same wherever the chunks are cut, and none is kept beyond the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
          { maxLength: 8 },
        ),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        async (lines, cuts) => {
          const bytes = utf8(lines.map((line) => `${line}\n`).join(''));
          const chunks: Uint8Array[] = [];
          for (let from = 0, i = 0; from < bytes.length; i += 1) {
            const size = cuts[i % cuts.length] ?? 1;
            chunks.push(bytes.subarray(from, from + size));
            from += size;
          }
          const found = await all(splitLines(chunks, 8));
          const expected = lines.map((line, i) => [i + 1, utf8(line).length > 8 ? undefined : line]);
          expect(
            found.map((one) => [
              one.line,
              one.bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(one.bytes),
            ]),
          ).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('records in NDJSON', () => {
  it.each<[string, string, unknown]>([
    ['a record', '{"values":{"a":1},"asOf":3,"ref":"r"}', { row: 1, ref: 'r', record: { values: { a: 1 }, asOf: 3 } }],
    ['no time', '{"values":{"a":1}}', { row: 1, record: { values: { a: 1 }, asOf: 7 } }],
    ['half a record', '{"values":{"a"', { row: 1, error: 'record_malformed', field: 'record' }],
    ['a list', '[]', { row: 1, error: 'record_malformed', field: 'record' }],
    ['a list for a value', '{"values":{"a":[]}}', { row: 1, error: 'record_malformed', field: 'values.a' }],
    ['a time in words', '{"values":{},"asOf":"now"}', { row: 1, error: 'record_malformed', field: 'asOf' }],
    ['a field nobody knows', '{"values":{},"mood":1}', { row: 1, error: 'record_malformed', field: 'record' }],
  ])('with %s', async (_what, line, expected) => {
    expect((await all(readNdjson([utf8(`${line}\n`)], options))).map(told)).toEqual([expected]);
  });

  it('go on after what is no text, too long or blank', async () => {
    const bad = new Uint8Array([0x22, 0xff, 0x22, 0x0a]);
    const long = utf8(`${'x'.repeat(MAX_LINE_BYTES + 1)}\n`);
    const rows = await all(readNdjson([bad, long, utf8('\r\n'), utf8('{"values":{}}')], options));
    expect(rows.map(told)).toEqual([
      { row: 1, error: 'record_malformed', field: 'record' },
      { row: 2, error: 'line_too_long', field: 'record' },
      { row: 4, record: { values: {}, asOf: 7 } },
    ]);
  });
});

describe('records in a table', () => {
  it('have cells as the model wants them, and none where they are empty', async () => {
    const table = 'activity,asOf,a,code,other\nx,5,1.5,007,2e3\n,,,,\ny,soon,1,1,1\nz,1\n';
    const [first, second, ...bad] = await all(readTable([utf8(table)], options));
    const values = { a: 1.5, code: '007', other: 2000 };
    expect(first).toEqual({ row: 2, record: { activity: 'x', asOf: 5, values } });
    expect(second).toMatchObject({ row: 3, record: { asOf: 7, values: { a: null, code: null } } });
    expect(bad.map(told)).toEqual([
      { row: 4, error: 'record_malformed', field: 'asOf' },
      { row: 5, error: 'record_malformed', field: 'record' },
    ]);
  });

  it('end where a quote is never closed', async () => {
    const rows = all(readTable([utf8('a\n1\n"2\n3\n')], options));
    await expect(rows).rejects.toMatchObject({ code: 'csv_unclosed_quote', field: 'line 3' });
  });
});

const asked = (count: number): Asked[] =>
  Array.from({ length: count }, (_, i) => ({ row: i + 1, record: { values: { a: i }, asOf: 0 } }));
/** Refuses these values, each as a caller's fault or as one of the model. */
const agentThat = (refuses: ReadonlySet<number>, breaksAt: ReadonlySet<number>): Pick<Agent, 'predict'> => ({
  async predict(records) {
    const at = records.findIndex(({ values }) => refuses.has(Number(values['a'])));
    if (at !== -1) throw new AgentError('record_malformed', `records[${at}]: no`, { field: `records[${at}].values.a` });
    if (records.some(({ values }) => breaksAt.has(Number(values['a'])))) throw new Error('the model fell over');
    return records.map(({ values, asOf }) => ({
      line: 'l',
      version: '1',
      sha256: '',
      asOf,
      at: 0,
      score: Number(values['a']),
    }));
  },
});

describe('answers', () => {
  it('are given to each record once, in order, whichever of the others are bad', async () => {
    const bad = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(bad, bad, fc.integer({ min: 0, max: 31 }), async (refused, broken, count) => {
        const marks: number[] = [];
        const answers = await answerRecords(agentThat(new Set(refused), new Set(broken)), asked(count), {
          mark: (row) => (marks.push(row), []),
        });
        expect(answers.map(({ row }) => row)).toEqual(asked(count).map(({ row }) => row));
        const expected = answers.map(({ row }) => {
          if (refused.includes(row - 1)) return { code: 'record_malformed', field: 'values.a' };
          return broken.includes(row - 1) ? { code: 'internal_error', field: undefined } : { score: row - 1 };
        });
        const given = answers.map((one) =>
          'error' in one ? { code: one.error.code, field: one.error.field } : { score: one.score },
        );
        expect(given).toEqual(expected);
        const last = answers.findLast((one) => !('error' in one));
        expect(Math.max(0, ...marks)).toBeGreaterThanOrEqual(last?.row ?? 0);
      }),
      { numRuns: 200 },
    );
  });

  it('are none at all where something is wrong with all of them', async () => {
    const agent: Pick<Agent, 'predict'> = {
      predict: async () => {
        throw new AgentError('line_unknown', 'several models', { field: 'line' });
      },
    };
    await expect(answerRecords(agent, asked(3))).rejects.toMatchObject({ code: 'line_unknown' });
  });

  it('are asked for in groups that lose nothing', async () => {
    const source = (async function* () {
      yield* [1, 2, 3, 4, 5];
    })();
    expect(await all(inBatches(source, 2))).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('are asked for up to where the reading ends badly', async () => {
    const source = (async function* () {
      yield 1;
      throw new Error('torn');
    })();
    const batches = inBatches(source, 2);
    expect(await batches.next()).toMatchObject({ value: [1] });
    await expect(batches.next()).rejects.toThrow('torn');
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer, parquetWriteFile } from 'hyparquet-writer';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab } from '../../platform/adapters/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import type { ResultRow } from './files/result-row.ts';
import { openBare } from './model/open-bundle.ts';
import type { ScorableModel } from './model/scorable.ts';
import { scoreFile, type ScoreFileOrder } from './score-file.ts';

/** Two numbers and a category; what is missing, and what training never saw, is the business of the graph. */
const BYTES = exportModel({
  kind: 'linear',
  columns: {
    numbers: [
      { name: 'crew', mean: 5, scale: 2, impute: 4 },
      { name: 'month', mean: 6, scale: 3, impute: 6 },
    ],
    categories: [{ name: 'trade', levels: ['roof', 'slab', 'n/a'] }],
  },
  weights: Float64Array.of(0.7, -0.4, 1.5, -0.5, 0.25),
  bias: -0.3,
});
const MAPPING = {
  line: 'delay',
  target: 'late',
  algorithm: 'logistic',
  inputs: [
    {
      kind: 'columns',
      name: 'numbers',
      dtype: 'float32',
      batch: 'dynamic',
      features: [
        { name: 'crew', type: 'number', missing: 'accept', from: { column: 'Crew size' } },
        { name: 'month', type: 'number', missing: 'accept', from: { derived: 'as-of-month@1' } },
      ],
    },
    {
      kind: 'columns',
      name: 'categories',
      dtype: 'string',
      batch: 'dynamic',
      features: [
        {
          name: 'trade',
          type: 'category',
          missing: 'accept',
          categories: ['roof', 'slab', 'n/a'],
          from: { column: 'Trade' },
        },
      ],
    },
  ],
  output: { kind: 'classes', probabilities: 'probabilities', classes: ['0', '1'], positive: '1' },
};
const CSV = [
  'activity,asOf,Crew size,Trade,note',
  'a-1,2026-03-01,3,roof,',
  'a-2,2026-11-30,,slab,a missing number',
  'a-3,2026-03-01,7.5,,a missing category',
  'a-4,2026-03-01,7.5,facade,a category nobody has seen',
  'a-5,2026-03-01,several,roof,a number that is none',
  'a-6,2026-03-01,8',
  'a-7,2026-13-01,8,roof,no such day',
  '"a,8",2026-07-01,"1,250",n/a,a category that looks missing',
].join('\n');

const lab = createModelLab();
let folder: string;
let model: ScorableModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-score-'));
  model = openBare(BYTES, MAPPING);
  await writeFile(join(folder, 'rows.csv'), CSV);
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

const scored = async (file: string, more: { reasons?: number; batchRows?: number } = {}) => {
  const out = join(folder, 'out.ndjson');
  const order = { model, file: join(folder, file), out, format: 'ndjson' as const, plan: { asOfMs: 0 }, ...more };
  const counts = await scoreFile({ lab }, order);
  const text = await readFile(out, 'utf8');
  return {
    counts,
    rows: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow),
  };
};

/** A plain session, its tensors written by hand. */
async function plain(rows: [crew: number, month: number, trade: string][]): Promise<number[]> {
  const session = await InferenceSession.create(BYTES);
  const { probabilities } = await session.run({
    numbers: new Tensor('float32', Float32Array.from(rows.flatMap(([crew, month]) => [crew, month])), [rows.length, 2]),
    categories: new Tensor(
      'string',
      rows.map(([, , trade]) => trade),
      [rows.length, 1],
    ),
  });
  const data = [...(probabilities!.data as Float32Array)];
  return rows.map((_, row) => data[row * 2 + 1]!);
}

describe('a file that is scored', () => {
  it('gives what a plain session gives, for missing and unseen values too, one row for each row in order', async () => {
    const { rows, counts } = await scored('rows.csv', { batchRows: 3 });
    const expected = await plain([
      [3, 3, 'roof'],
      [Number.NaN, 11, 'slab'],
      [7.5, 3, ''],
      [7.5, 3, 'facade'],
      [1250, 7, 'n/a'],
    ]);
    expect(rows.flatMap(({ score }) => score ?? [])).toEqual(expected);
    expect(rows.map(({ line, id }) => [line, id])).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].map((line, at) => [line, at === 5 ? undefined : at === 7 ? 'a,8' : `a-${at + 1}`]),
    );
    expect(rows.map(({ error }) => error && [error.code, error.field])).toEqual([
      ...Array<undefined>(4).fill(undefined),
      ['value_type', 'values.Crew size'],
      ['row_malformed', 'line 7'],
      ['row_malformed', 'asOf'],
      undefined,
    ]);
    expect(counts).toEqual({ rows: 8, bad: { value_type: 1, row_malformed: 2 }, absent: [] });
  });

  it('is the same from NDJSON, as records or as plain columns, and from Parquet', async () => {
    const records = [
      { activity: 'a-1', asOf: '2026-03-01', values: { 'Crew size': 3, Trade: 'roof' } },
      { activity: 'a-2', asOf: Date.UTC(2026, 10, 30), 'Crew size': null, Trade: 'slab' },
      { activity: 'a-4', asOf: '2026-03-01', values: { 'Crew size': 7.5, Trade: 'facade' } },
    ];
    const lines = records.map((one) => JSON.stringify(one));
    await writeFile(join(folder, 'rows.ndjson'), [lines[0], '', lines[1], '{"values":', lines[2]].join('\n'));
    parquetWriteFile({
      filename: join(folder, 'rows.parquet'),
      columnData: [
        { name: 'activity', data: ['a-1', 'a-2', 'a-4'] },
        { name: 'asOf', data: ['2026-03-01', '2026-11-30', '2026-03-01'] },
        { name: 'Crew size', data: [3, null, 7.5], type: 'DOUBLE', nullable: true },
        { name: 'Trade', data: ['roof', 'slab', 'facade'] },
        { name: 'photo', data: [Uint8Array.of(255), Uint8Array.of(0), Uint8Array.of(254)] },
      ],
      rowGroupSize: 2,
    });
    const expected = await plain([
      [3, 3, 'roof'],
      [Number.NaN, 11, 'slab'],
      [7.5, 3, 'facade'],
    ]);
    const ndjson = (await scored('rows.ndjson')).rows;
    expect(ndjson.flatMap(({ score }) => score ?? [])).toEqual(expected);
    expect(ndjson.map(({ line, id, error }) => [line, id, error?.code])).toEqual([
      [1, 'a-1', undefined],
      [3, 'a-2', undefined],
      [4, undefined, 'row_malformed'],
      [5, 'a-4', undefined],
    ]);
    const parquet = (await scored('rows.parquet')).rows;
    expect(parquet.map(({ line, id, score }) => [line, id, score])).toEqual([
      [1, 'a-1', expected[0]],
      [2, 'a-2', expected[1]],
      [3, 'a-4', expected[2]],
    ]);
  });

  it('tells reasons that belong to the score', async () => {
    const { rows } = await scored('rows.csv', { reasons: 2 });
    expect(rows[0]?.reasons?.map(({ feature }) => feature)).toEqual(['trade', 'month']);
    expect(rows[4]).not.toHaveProperty('reasons');
  });

  it('can be written as CSV with a column for everything', async () => {
    const out = join(folder, 'out.csv');
    const order = {
      model,
      file: join(folder, 'rows.csv'),
      out,
      format: 'csv' as const,
      plan: { asOfMs: 0 },
      reasons: 1,
    };
    await scoreFile({ lab }, order);
    const [header, ...rows] = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(header).toBe(
      'line,id,as_of,score,label,probability_0,probability_1,reason_1,reason_1_value,reason_1_contribution,error,error_field,error_message',
    );
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(/^2,a-1,2026-03-01T00:00:00.000Z,0\.\d+,1,0\.\d+,0\.\d+,trade,roof,/);
    expect(rows[4]).toMatch(/^6,a-5,2026-03-01T00:00:00.000Z,,,,,,,,value_type,values.Crew size,/);
    expect(rows[7]).toMatch(/^9,"a,8",/);
  });
});

const attempt = (file: string, more: Partial<ScoreFileOrder> = {}) => {
  const paths = { file: join(folder, file), out: join(folder, 'none.csv') };
  return scoreFile({ lab }, { model, ...paths, format: 'csv', plan: { asOfMs: 0 }, ...more });
};

const leftovers = async () => (await readdir(folder)).filter((name) => /none|part/.test(name));

describe('nothing is left behind when', () => {
  it('the file lacks every column of the model', async () => {
    await writeFile(join(folder, 'other.csv'), 'x,y\n1,2\n');
    await expect(attempt('other.csv')).rejects.toMatchObject({ code: 'columns_missing', field: 'Crew size' });
    expect(await leftovers()).toEqual([]);
  });

  it('the file ends within a quoted cell', async () => {
    await writeFile(join(folder, 'cut.csv'), `Crew size,Trade\n${'1,roof\n'.repeat(5)}2,"roo`);
    await expect(attempt('cut.csv')).rejects.toMatchObject({ code: 'csv_unclosed_quote' });
    expect(await leftovers()).toEqual([]);
  });

  it('a changed byte sends the decoder of Parquet in circles', async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        codec: 'UNCOMPRESSED',
        columnData: [
          { name: 'activity', data: ['a-1', 'a-2', 'a-4'] },
          { name: 'Crew size', data: [3, null, 7.5], type: 'DOUBLE', nullable: true },
        ],
      }),
    );
    // The first run of levels in the page of 'Crew size': its length now takes up the next bytes too.
    bytes[62] = bytes[62]! ^ 0x80;
    await writeFile(join(folder, 'circles.parquet'), bytes);
    await expect(attempt('circles.parquet', { parquet: { stallMs: 700 } })).rejects.toMatchObject({
      code: 'parquet_malformed',
      message: 'decoding does not come to an end',
    });
    await expect(attempt('circles.parquet', { parquet: { groupCells: 5 } })).rejects.toMatchObject({
      code: 'parquet_too_large',
    });
    expect(await leftovers()).toEqual([]);
  });

  it('the model fails', async () => {
    const broken = openBare(BYTES.subarray(0, BYTES.length - 20), MAPPING);
    await expect(attempt('rows.csv', { model: broken })).rejects.toMatchObject({ code: 'model_trial_failed' });
    expect(await leftovers()).toEqual([]);
  });
});

it('a column that the model can do without is told, and missing in every row', async () => {
  await writeFile(join(folder, 'narrow.csv'), 'Trade\nroof\n');
  const { rows, counts } = await scored('narrow.csv');
  expect(counts.absent).toEqual(['Crew size']);
  expect(rows.map(({ score }) => score)).toEqual(await plain([[Number.NaN, 1, 'roof']]));
});

import { describe, expect, it } from 'vitest';
import type { Feature } from '../manifest/feature.ts';
import type { Dtype, GraphInput } from '../manifest/manifest.ts';
import { encodeRuns, joinRuns, refillRun } from './encode.ts';

const column = (name: string, changed: Partial<Feature> = {}): Feature => ({
  name,
  type: 'number',
  missing: 'accept',
  from: { column: name },
  ...changed,
});
const columns = (dtype: Dtype, features: Feature[], batch: 'dynamic' | number = 'dynamic'): GraphInput => ({
  kind: 'columns',
  name: 'x',
  dtype,
  batch,
  features,
});
const tensor = (dtype: Dtype, shape: number[]): GraphInput => ({
  kind: 'tensor',
  name: 't',
  dtype,
  shape,
  column: 'pixels',
});
const record = (values: Record<string, number | string | null>) => ({ values, asOf: 0 });
const encode = (inputs: GraphInput[], ...values: Record<string, number | string | null>[]) =>
  encodeRuns({ inputs }, values.map(record));
const feed = (inputs: GraphInput[], ...values: Record<string, number | string | null>[]) =>
  encode(inputs, ...values)[0]?.feeds[0];
const refused = (code: string, field: string) =>
  expect.objectContaining({ name: 'PredictError', code, field }) as Error;

const values = (count: number) => Array.from({ length: count }, (_, a) => ({ a }));

describe('records', () => {
  it('are placed row by row in the order of the features', () => {
    const input = columns('float32', [column('b'), column('a')]);
    expect(encode([input], { a: 1, b: 2 }, { a: 3, b: 4 })).toEqual([
      { rows: 2, feeds: [{ name: 'x', dtype: 'float32', dims: [2, 2], data: Float32Array.of(2, 1, 4, 3) }] },
    ]);
  });

  it.each<[Dtype, unknown]>([
    ['float32', Float32Array.of(Number.NaN)],
    ['float64', Float64Array.of(Number.NaN)],
    ['string', ['']],
  ])('say that a value is missing in the way of %s', (dtype, data) => {
    expect(feed([columns(dtype, [column('a')])], { a: null })?.data).toEqual(data);
  });

  it.each<[Dtype, number | null]>([
    ['int32', null],
    ['int32', 1.5],
    ['int32', 2 ** 31],
    ['int64', null],
    ['int64', 1.5],
    ['int64', 2 ** 53],
    ['bool', null],
    ['bool', 300],
    ['bool', -1],
  ])('never put what %s cannot hold in silence: %j', (dtype, a) => {
    expect(() => feed([columns(dtype, [column('a')])], { a })).toThrow(refused('value_type', 'a'));
  });

  it.each<[Dtype, number, unknown]>([
    ['int32', -(2 ** 31), Int32Array.of(-(2 ** 31))],
    ['int64', -(2 ** 53 - 1), BigInt64Array.of(-(2n ** 53n - 1n))],
    ['bool', 1, Uint8Array.of(1)],
    ['string', 7, ['7']],
    ['float64', 1e300, Float64Array.of(1e300)],
  ])('keep the extremes of %s: %j', (dtype, a, data) => {
    expect(feed([columns(dtype, [column('a')])], { a })?.data).toEqual(data);
  });

  it('put a category only into a tensor of strings', () => {
    const trade = column('trade', { type: 'category' });
    expect(feed([columns('string', [trade])], { trade: 'steel' })?.data).toEqual(['steel']);
    expect(() => feed([columns('float32', [trade])], { trade: 'steel' })).toThrow(refused('value_type', 'trade'));
  });

  it('without which there is nothing to run, are no run', () => {
    expect(encode([columns('float32', [column('a')])])).toEqual([]);
  });
});

describe('a fixed batch', () => {
  const fixed = [columns('float32', [column('a')], 3)];

  it.each([
    [1, [1], [[0, 0, 0]]],
    [3, [3], [[0, 1, 2]]],
    [
      4,
      [3, 1],
      [
        [0, 1, 2],
        [3, 3, 3],
      ],
    ],
    [
      7,
      [3, 3, 1],
      [
        [0, 1, 2],
        [3, 4, 5],
        [6, 6, 6],
      ],
    ],
  ])('of 3 takes %i records, the last run padded with its last row', (count, rows, data) => {
    const runs = encode(fixed, ...values(count));
    expect(runs.map((run) => run.rows)).toEqual(rows);
    expect(runs.map((run) => [...(run.feeds[0]?.data ?? [])])).toEqual(data);
    expect(runs.every((run) => run.feeds[0]?.dims[0] === 3)).toBe(true);
  });

  it('is not invented: a dynamic batch is cut only to bound its memory', () => {
    const runs = encode([columns('float32', [column('a')])], ...values(2500));
    expect(runs.map((run) => run.rows)).toEqual([1024, 1024, 452]);
    expect(runs.map((run) => run.feeds[0]?.dims)).toEqual([
      [1024, 1],
      [1024, 1],
      [452, 1],
    ]);
  });
});

describe('a tensor input', () => {
  it('is taken whole from one value, one record a run', () => {
    const runs = encode([tensor('float32', [1, 2, 2])], { pixels: '[[1,2],[3,4]]' }, { pixels: '[5,6,7,8]' });
    expect(runs.map((run) => [run.rows, run.feeds[0]?.dims, run.feeds[0]?.data])).toEqual([
      [1, [1, 2, 2], Float32Array.of(1, 2, 3, 4)],
      [1, [1, 2, 2], Float32Array.of(5, 6, 7, 8)],
    ]);
  });

  it('of no dimensions takes one number', () => {
    expect(feed([tensor('float32', [])], { pixels: 7 })?.data).toEqual(Float32Array.of(7));
  });

  it('of strings keeps strings, of int64 makes bigints', () => {
    expect(feed([tensor('string', [2])], { pixels: '["a","b"]' })?.data).toEqual(['a', 'b']);
    expect(feed([tensor('int64', [2])], { pixels: '[1,2]' })?.data).toEqual(BigInt64Array.of(1n, 2n));
  });

  it.each([['[1,2,3]'], ['[1,2,3,4,5]'], ['[]'], ['4'], ['{}'], ['nonsense'], [null], [7]])(
    'of four numbers is refused from %j',
    (pixels) => {
      expect(() => feed([tensor('float32', [4])], { pixels })).toThrow(refused('value_shape', 'values.pixels'));
    },
  );

  it('refuses text between its numbers', () => {
    expect(() => feed([tensor('float32', [2])], { pixels: '[1,"2"]' })).toThrow(refused('value_type', 'values.pixels'));
  });
});

describe('arrays that are used again', () => {
  const inputs = [
    columns('float32', [column('a'), column('b')]),
    columns('string', [column('t', { type: 'category' })]),
  ];

  it('hold what new ones would, whatever the order of the columns and whatever is missing', () => {
    const [run] = encode(inputs, { a: 1, b: 2, t: 'steel' });
    for (const next of [
      { a: 3, b: 4, t: 'paint' },
      { t: 'steel', b: null, a: 5, extra: 1 },
      { b: 6 },
      { a: 7, b: 8, t: '' },
      {},
    ]) {
      refillRun({ inputs }, run!, [record(next)]);
      expect(run).toEqual(encode(inputs, next)[0]);
    }
  });

  it('name what they cannot take', () => {
    const [run] = encode(inputs, { a: 1, b: 2, t: 'steel' });
    expect(() => refillRun({ inputs }, run!, [record({ a: 1, b: 'wet', t: 'steel' })])).toThrow(
      refused('value_type', 'values.b'),
    );
  });
});

describe('a value', () => {
  it('is read by its name, in whatever order records list their columns', () => {
    const input = columns('float32', [column('a'), column('b')]);
    const data = feed([input], { a: 1, b: 2 }, { b: 4, a: 3 }, { c: 0, a: 5, b: 6 }, { a: 7 }, { a: 9, b: 10 })?.data;
    expect(data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, 7, Number.NaN, 9, 10));
  });

  it('that feeds two features is placed in both', () => {
    const input = columns('float32', [column('a'), column('again', { from: { column: 'a' } })]);
    expect(feed([input], { a: 1 }, { a: 2 })?.data).toEqual(Float32Array.of(1, 1, 2, 2));
  });
});

it('runs of one manifest become one, row after row', () => {
  const inputs = [
    columns('float32', [column('a')]),
    columns('int64', [column('n')]),
    columns('string', [column('t', { type: 'category' })]),
  ];
  const rows = [1, 2, 3].map((a) => ({ a, n: 10 * a, t: `t${a}` }));
  const apart = [encode(inputs, rows[0]!, rows[1]!)[0]!, encode(inputs, rows[2]!)[0]!];
  expect(joinRuns(apart)).toEqual(encode(inputs, ...rows)[0]);
});

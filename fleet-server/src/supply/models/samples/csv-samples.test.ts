import type { GraphInput } from '@plumbline/shared/manifest';
import { describe, expect, test } from 'vitest';
import type { ValueView } from '../../onnx/index.ts';
import { readSamples } from './read-samples.ts';
import type { SampleOptions } from './sample-set.ts';

const view = (name: string, shape: ValueView['shape'], dtype = 'float32'): ValueView => ({ name, dtype, shape });
const read = (text: string, inputs: ValueView[], options?: SampleOptions) =>
  readSamples([{ name: 'rows.csv', bytes: new TextEncoder().encode(text) }], inputs, options);

const feature = (name: string, column: string, missing: 'accept' | 'refuse' = 'accept') =>
  ({ name, type: 'number', missing, from: { column } }) as const;

describe('a table', () => {
  test('whose columns agree in number fills the inputs in their order, text kept as it stands', async () => {
    const set = await read(
      'a,b,trade,late\n1,,"wood, thin",1\n-2.5e1,3,,0\n',
      [view('x', ['n', 2]), view('t', ['n', 1], 'string')],
      {
        label: 'late',
      },
    );
    expect(set).toMatchObject({
      rows: [2],
      given: 2,
      generated: 0,
      labels: [['1', '0']],
      origins: ['given'],
      ignored: [],
    });
    expect(set.runs).toEqual([
      [
        { name: 'x', dtype: 'float32', dims: [2, 2], data: Float32Array.of(1, Number.NaN, -25, 3) },
        { name: 't', dtype: 'string', dims: [2, 1], data: ['wood, thin', ''] },
      ],
    ]);
  });

  test.each([
    ['brackets', 'k,x[1],x[0],note\n7,2,1,a\n'],
    ['underscores', 'x_1,k,note,x_0\n2,7,a,1\n'],
  ])('that names inputs by %s is read in any order, other columns are ignored and told', async (_what, text) => {
    const set = await read(text, [view('x', ['n', 2]), view('k', ['n', 1], 'int64')]);
    expect(set.runs[0]!.map(({ data }) => data)).toEqual([Float32Array.of(1, 2), BigInt64Array.of(7n)]);
    expect(set.ignored).toEqual(['note']);
  });

  test('is read by the features of a mapping, by name or by column', async () => {
    const mapping: GraphInput[] = [
      {
        kind: 'columns',
        name: 'x',
        dtype: 'float32',
        batch: 'dynamic',
        features: [feature('float', 'total_float'), feature('age', 'a', 'refuse')],
      },
      { kind: 'tensor', name: 'image', dtype: 'float32', shape: [1, 2, 1], column: 'pixels' },
    ];
    const inputs = [view('x', ['n', 2]), view('image', [1, 2, 1])];
    const set = await read('a,pixels,float\n5,"[[3],[4]]",\n', inputs, { mapping });
    expect(set.runs[0]!.map(({ data }) => data)).toEqual([Float32Array.of(Number.NaN, 5), Float32Array.of(3, 4)]);
    await expect(read('a,pixels,float\n,"[3,4]",1\n', inputs, { mapping })).rejects.toMatchObject({
      code: 'samples_value',
      field: 'rows.csv: line 2, a',
    });
    await expect(read('a,float\n5,1\n', inputs, { mapping })).rejects.toMatchObject({
      code: 'samples_column_unknown',
      field: 'rows.csv: pixels',
    });
  });

  test('of a picture a row becomes pictures, and of an open width takes all columns', async () => {
    const pixels = await read('a,b,c,d\n1,2,3,4\n5,6,7,8\n', [view('x', [1, 1, 2, 2])]);
    expect(pixels.runs.map(([x]) => [x!.dims, ...(x!.data as Float32Array)])).toEqual([
      [[1, 1, 2, 2], 1, 2, 3, 4],
      [[1, 1, 2, 2], 5, 6, 7, 8],
    ]);
    expect((await read('a,b,c\n1,2,3\n', [view('x', [null, null])])).runs[0]![0]!.dims).toEqual([1, 3]);
  });

  test('for a fixed batch is cut into runs of it, the last filled up with its last row', async () => {
    const set = await read('a,b\n1,2\n3,4\n5,6\n7,8\n', [view('x', [3, 2])], {});
    expect(set).toMatchObject({ rows: [1, 1], given: 2 });
    expect(set.runs.map(([x]) => [...(x!.data as Float32Array)])).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 7, 8, 7, 8],
    ]);
  });

  test('for an open batch is cut into runs of 128 rows', async () => {
    const text = ['a', ...Array.from({ length: 300 }, (_, row) => row)].join('\n');
    const set = await read(text, [view('x', ['n', 1])], {});
    expect([set.rows, set.given]).toEqual([[128, 128, 44], 300]);
    expect(set.runs[2]![0]!.data[43]).toBe(299);
  });

  test('of integers and truth values is exact', async () => {
    const inputs = [view('i', ['n', 1], 'int64'), view('b', ['n', 1], 'bool'), view('u', ['n', 1], 'uint8')];
    const [run] = (await read('i,b,u\n-9223372036854775808,true,255\n', inputs)).runs;
    expect(run!.map(({ data }) => data[0])).toEqual([-(2n ** 63n), 1, 255]);
  });

  const number = [view('x', ['n', 2])];
  test.each<[string, string, ValueView[], string, string, SampleOptions?]>([
    ['text among numbers', 'a,b\n1,2\n3,soon\n', number, 'samples_value', 'rows.csv: line 3, b'],
    ['a hexadecimal number', 'a,b\n0x10,2\n', number, 'samples_value', 'rows.csv: line 2, a'],
    ['a fraction for an integer', 'a\n1.5\n', [view('x', ['n', 1], 'int32')], 'samples_value', 'rows.csv: line 2, a'],
    ['NaN for an integer', 'a\nNaN\n', [view('x', ['n', 1], 'int32')], 'samples_value', 'rows.csv: line 2, a'],
    [
      'a number too large for its type',
      'a\n300\n',
      [view('x', ['n', 1], 'uint8')],
      'samples_value',
      'rows.csv: line 2, a',
    ],
    ['too few columns', 'a\n1\n', number, 'samples_shape', 'rows.csv: x'],
    ['too many columns', 'a,b,c\n1,2,3\n', number, 'samples_shape', 'rows.csv: x'],
    ['rows for an input that has none', 'a,b,k\n1,2,3\n', [...number, view('k', [])], 'samples_shape', 'rows.csv: k'],
    ['a row that is too short', 'a,b\n1,2\n3\n', number, 'samples_malformed', 'rows.csv: line 3'],
    ['no rows', 'a,b\n', number, 'samples_empty', 'rows.csv'],
    ['a label that is not there', 'a,b\n1,2\n', number, 'samples_column_unknown', 'rows.csv: late', { label: 'late' }],
    [
      'a mapping that leaves an input out',
      'a,b\n1,2\n',
      number,
      'samples_input_missing',
      'mapping: inputs.x',
      { mapping: [] },
    ],
    ['one column twice', 'a,a\n1,2\n', number, 'csv_duplicate_header', 'rows.csv: a'],
    ['bytes that are no text', 'a,b\n1,\0\n', number, 'csv_not_text', 'rows.csv'],
    ['an input of a type that no runtime takes', 'a\n1\n', [view('x', ['n', 1], 'int4')], 'samples_dtype', 'input "x"'],
  ])('with %s is refused, naming the place', async (_what, text, inputs, code, field, options) => {
    await expect(read(text, inputs, options)).rejects.toMatchObject({
      code,
      field,
      expected: expect.any(String) as string,
    });
  });
});

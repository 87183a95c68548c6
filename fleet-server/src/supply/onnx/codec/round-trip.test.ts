import {
  array,
  assert,
  bigInt,
  boolean,
  double,
  float,
  integer,
  nat,
  oneof,
  property,
  record,
  string,
  uint8Array,
  type Arbitrary,
} from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  SCHEMAS,
  decodeModel,
  tensorValues,
  type Field,
  type MessageName,
  type ModelProto,
} from '@plumbline/shared/onnx';
import { encodeModel } from './encode-model.ts';
import { exportModel, exportTreesAsV3 } from '../export/export-model.ts';
import { createRandom, randomColumns, randomLinear, randomTrees } from '../export/random-models.ts';

/* decode ∘ encode ∘ decode = decode, on whatever the schema allows and not only on what exporters write. */

const int64 = bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int32 = integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyFloat = float().map((one) => (Number.isNaN(one) ? 0 : one));
const text = string({ unit: 'binary', maxLength: 12 });

/** Fields that this codec does not know, of every wire type it takes, as bytes with their tags. */
const unknownFields = array(
  oneof(
    nat(127).map((one) => [0xa0, 0x1f, one]),
    uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => [0xa1, 0x1f, ...bytes]),
    uint8Array({ maxLength: 20 }).map((bytes) => [0xa2, 0x1f, bytes.length, ...bytes]),
    uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => [0xa5, 0x1f, ...bytes]),
  ),
  { minLength: 1, maxLength: 3 },
).map((fields) => Uint8Array.from(fields.flat()));

function scalar({ type }: Field): Arbitrary<unknown> {
  if (type === 'string') return text;
  if (type === 'bytes') return uint8Array({ maxLength: 12 });
  if (type === 'float') return anyFloat;
  if (type === 'double') return double({ noNaN: true });
  if (type === 'int32') return int32;
  return type === 'int64' ? int64 : uint64;
}

function numbers({ type }: Field): Arbitrary<unknown> {
  const some = { minLength: 1, maxLength: 6 };
  if (type === 'float') return array(anyFloat, some).map((values) => Float32Array.from(values));
  if (type === 'double') return array(double({ noNaN: true }), some).map((values) => Float64Array.from(values));
  if (type === 'int32') return array(int32, some).map((values) => Int32Array.from(values));
  if (type === 'int64') return array(int64, some).map((values) => BigInt64Array.from(values));
  return array(uint64, some).map((values) => BigUint64Array.from(values));
}

function value(field: Field, depth: number): Arbitrary<unknown> {
  const one = field.type === 'message' ? message(field.message!, depth - 1) : scalar(field);
  if (!field.list) return one;
  if (!['string', 'bytes', 'message'].includes(field.type)) return numbers(field);
  return array(one, { minLength: field.always ? 0 : 1, maxLength: 2 });
}

/** Any message of the schema; weights in other files are refused and so left out. */
function message(name: MessageName, depth: number): Arbitrary<Record<string, unknown>> {
  const fields = [...SCHEMAS[name].byNumber.values()].filter(
    ({ name: field, type }) => !['externalData', 'dataLocation'].includes(field) && (type !== 'message' || depth > 0),
  );
  const arbitraries = fields.map((field) => [field.name, value(field, depth)] as const);
  const required = [...SCHEMAS[name].alwaysLists].filter((list) => fields.some((field) => field.name === list));
  const absent = SCHEMAS[name].alwaysLists.filter((list) => !required.includes(list));
  return record<Record<string, unknown>, string>(
    { ...Object.fromEntries(arbitraries), unknown: unknownFields },
    { requiredKeys: required },
  ).map((made) => {
    const result: Record<string, unknown> = { ...made };
    for (const list of absent) result[list] = [];
    for (const [at, { name: member }] of SCHEMAS[name].oneofs.entries()) {
      if (SCHEMAS[name].oneofs.slice(0, at).some((before) => before.name in result)) delete result[member];
    }
    return result;
  });
}

const models = record({ model: message('model', 1), graph: message('graph', 3), irVersion: int64 }).map(
  ({ model, graph, irVersion }) => ({ ...model, graph, irVersion }) as unknown as ModelProto,
);

describe('any model of the schema', () => {
  test('comes back as it was, packed or not, unknown fields included, by the same bytes each time', () => {
    assert(
      property(models, boolean(), (model, packed) => {
        const bytes = encodeModel(model, { packed });
        const decoded = decodeModel(bytes);
        expect(isDeepStrictEqual(decoded, model)).toBe(true);
        const written = encodeModel(decoded);
        expect(isDeepStrictEqual(encodeModel(decoded), written)).toBe(true);
        expect(isDeepStrictEqual(encodeModel(decodeModel(written)), written)).toBe(true);
        expect(isDeepStrictEqual(encodeModel(model), written)).toBe(true);
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});

describe('our own exports', () => {
  const random = createRandom(5);
  const columns = randomColumns(random, 4, 2);
  const trees = randomTrees(random, columns, { trees: 6, depth: 5, rows: 300 });
  test.each([
    ['a linear model', exportModel(randomLinear(random, columns)), true],
    ['trees', exportModel(trees), true],
    ['trees in the old layout', exportTreesAsV3(trees), false],
  ])('%s comes back, by the same bytes where lists were packed', (_what, bytes, packed) => {
    const model = decodeModel(bytes);
    const written = encodeModel(model);
    expect(isDeepStrictEqual(decodeModel(written), model)).toBe(true);
    expect(isDeepStrictEqual(written, bytes)).toBe(packed);
  });
});

test('raw and typed data of one tensor stay what they were, and mean the same', () => {
  const values = Float32Array.of(1.5, -2, 1e-40);
  const raw = { name: 'w', dataType: 1, dims: BigInt64Array.of(3n), rawData: new Uint8Array(values.slice().buffer) };
  const typed = { name: 'v', dataType: 1, dims: BigInt64Array.of(3n), floatData: values };
  const model = {
    irVersion: 8n,
    opsetImport: [],
    metadataProps: [],
    functions: [],
    graph: { node: [], input: [], output: [], valueInfo: [], initializer: [raw, typed] },
  };
  const { initializer } = decodeModel(encodeModel(model)).graph;
  expect(initializer).toStrictEqual([raw, typed]);
  expect(initializer.map(tensorValues)).toStrictEqual([values, values]);
});

test.each([
  ['the start of a group', 3],
  ['the end of a group', 4],
  ['wire type 6', 6],
  ['wire type 7', 7],
])('%s inside a graph is refused by the place where it stands', (_what, wire) => {
  // irVersion, then graph { node { tag } }.
  const bytes = Uint8Array.from([0x08, 8, 0x3a, 3, 0x0a, 1, (3 << 3) | wire]);
  expect(() => decodeModel(bytes)).toThrow(
    expect.objectContaining({ code: 'onnx_not_a_model', field: 'graph.node[0]', kind: 'invalid' }),
  );
});

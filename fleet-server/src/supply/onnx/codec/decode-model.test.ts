import { array, assert, bigInt, nat, property, string, tuple, uint8Array } from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { OnnxError, decodeModel, type DecodeLimits, type GraphProto, type ModelProto } from '@plumbline/shared/onnx';
import { encodeModel } from './encode-model.ts';
import { foreignModels } from '../foreign-models.ts';

const emptyGraph = (): GraphProto => ({ node: [], initializer: [], input: [], output: [], valueInfo: [] });

function modelOf(graph: Partial<GraphProto>, rest: Partial<ModelProto> = {}): ModelProto {
  const graphProto = { ...emptyGraph(), ...graph };
  return { irVersion: 10n, graph: graphProto, opsetImport: [], metadataProps: [], functions: [], ...rest };
}

function refusalOf(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): OnnxError | undefined {
  try {
    decodeModel(bytes, limits);
    return undefined;
  } catch (error) {
    if (error instanceof OnnxError) return error;
    throw error;
  }
}

const utf8 = (text: string) => new TextEncoder().encode(text);
/** A length-delimited field of a short message. */
const field = (number: number, ...content: number[]) => [(number << 3) | 2, content.length, ...content];
const IR_10 = [0x08, 10];

describe('a model that was written here', () => {
  test('keeps the extremes of every number type', () => {
    const model = modelOf({
      initializer: [
        {
          name: 'all',
          dataType: -1,
          dims: BigInt64Array.of(-(2n ** 63n), -1n, 0n, 127n, 128n, 2n ** 63n - 1n),
          uint64Data: BigUint64Array.of(0n, 2n ** 64n - 1n),
          int32Data: Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1),
          floatData: Float32Array.of(Number.NaN, -0, Infinity, 1e-45),
          doubleData: Float64Array.of(Number.NaN, -0, 5e-324),
        },
      ],
      node: [{ input: ['', 'ä€😀'], output: [], attribute: [{ name: 'i', i: -(2n ** 63n), f: -0 }] }],
    });
    expect(decodeModel(encodeModel(model))).toStrictEqual(model);
    expect(decodeModel(encodeModel(model, { packed: false }))).toStrictEqual(model);
  });

  test('gives the same bytes however often it passes through', () => {
    const lists = array(bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 50 });
    assert(
      property(lists, string({ unit: 'binary' }), uint8Array(), (values, name, rawData) => {
        const dims = BigInt64Array.from(values);
        const bytes = encodeModel(modelOf({ name, initializer: [{ dims, rawData }] }));
        expect(isDeepStrictEqual(encodeModel(decodeModel(bytes)), bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the wire format', () => {
  test('merges a message that is not a list when it comes in pieces, as ONNX Runtime does', () => {
    const pieces = [...field(7, ...field(2, 0x61)), ...IR_10, ...field(7, ...field(1, ...field(4, 0x62)))];
    const { graph } = decodeModel(Uint8Array.from(pieces));
    expect(graph.name).toBe('a');
    expect(graph.node.map((node) => node.opType)).toEqual(['b']);
  });

  test('lets the last member of a oneof win', () => {
    const dimension = field(1, 0x08, 5, ...field(2, 0x4e));
    const input = field(11, ...field(2, ...field(1, ...field(2, ...dimension))));
    const { graph } = decodeModel(Uint8Array.from([...IR_10, ...field(7, ...input)]));
    expect(graph.input[0]?.type?.tensorType?.shape?.dim).toEqual([{ dimParam: 'N' }]);
  });

  test('keeps unknown fields and known ones of a foreign wire type, and writes them back', () => {
    const foreign = [0xa0, 0x06, 1, ...field(1, 0x61)];
    const bytes = Uint8Array.from([...IR_10, ...field(7), ...foreign]);
    expect(decodeModel(bytes).unknown).toEqual(Uint8Array.from(foreign));
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
  });
});

describe('what is no model is refused', () => {
  const external = modelOf({ initializer: [{ name: 'w', dataLocation: 1 }] });
  const inAttribute = modelOf({
    node: [{ input: [], output: [], attribute: [{ t: { externalData: [{ key: 'location', value: '../x' }] } }] }],
  });
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'onnx_not_a_model'],
    ['a message without a graph', Uint8Array.from(IR_10), 'onnx_not_a_model'],
    ['a graph without a version', Uint8Array.from(field(7)), 'onnx_not_a_model'],
    ['text', utf8('{"hello": "world"}'), 'onnx_not_a_model'],
    ['a length of 2^63', Uint8Array.from([0x3a, ...Array<number>(8).fill(0xff), 0x7f]), 'onnx_not_a_model'],
    ['an endless varint', new Uint8Array(1000).fill(0xff), 'onnx_not_a_model'],
    ['field number 0', Uint8Array.from([0x00, 0x00]), 'onnx_not_a_model'],
    ['a group', Uint8Array.from([0x3b, 0x3c]), 'onnx_not_a_model'],
    ['a name that is not UTF-8', Uint8Array.from([...IR_10, ...field(7), ...field(2, 0xff)]), 'onnx_not_a_model'],
    ['a git-lfs pointer', utf8('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'onnx_lfs_pointer'],
    ['an initializer in another file', encodeModel(external), 'onnx_external_data'],
    ['an attribute in another file', encodeModel(inAttribute), 'onnx_external_data'],
  ];

  test.each(cases)('%s', (_what, bytes, code) => {
    expect(refusalOf(bytes)?.code).toBe(code);
  });

  test('every truncation of a model, with a coded error or a shorter model', () => {
    const bytes = encodeModel(
      modelOf({ name: 'graph', initializer: [{ name: 'w', floatData: Float32Array.of(1, 2) }] }),
    );
    for (let length = 0; length < bytes.length; length += 1) {
      const code = refusalOf(bytes.subarray(0, length))?.code;
      expect(code === undefined || code === 'onnx_not_a_model').toBe(true);
    }
  });

  test('the field at fault is named', () => {
    expect(refusalOf(encodeModel(inAttribute))?.field).toBe('graph.node[0].attribute[0].t');
  });
});

describe('limits', () => {
  test('a file one byte above the limit is too large', () => {
    const bytes = encodeModel(modelOf({ name: 'x' }));
    expect(refusalOf(bytes, { sizeBytes: bytes.length })).toBeUndefined();
    expect(refusalOf(bytes, { sizeBytes: bytes.length - 1 })?.code).toBe('onnx_too_large');
  });

  test('graphs inside graphs are read down to 64 messages', () => {
    const nested = (levels: number): GraphProto =>
      levels === 0
        ? emptyGraph()
        : { ...emptyGraph(), node: [{ input: [], output: [], attribute: [{ g: nested(levels - 1) }] }] };
    expect(refusalOf(encodeModel(modelOf(nested(20))))).toBeUndefined();
    expect(refusalOf(encodeModel(modelOf(nested(21))))?.code).toBe('onnx_too_deep');
  });

  test.each([
    ['empty nodes', () => Uint8Array.from({ length: 40_000 }, (_, at) => (at % 2 === 0 ? 0x0a : 0))],
    ['unknown fields', () => Uint8Array.from({ length: 120_000 }, (_, at) => (at % 2 === 0 ? 0x78 : 0))],
  ])('a small file of %s cannot ask for much memory', (_what, contentOf) => {
    const content = contentOf();
    const length = [(content.length & 0x7f) | 0x80, ((content.length >> 7) & 0x7f) | 0x80, content.length >> 14];
    const bytes = Uint8Array.from([...IR_10, 0x3a, ...length, ...content]);
    expect(refusalOf(bytes, { memoryBytes: 2 ** 20 })?.code).toBe('onnx_too_large');
    expect(refusalOf(bytes)).toBeUndefined();
  });

  test('flipped bytes never give anything but a model or a coded error', () => {
    const base = encodeModel(
      modelOf({ node: [{ input: ['a'], output: ['b'], attribute: [{ ints: BigInt64Array.of(1n, 300n) }] }] }),
    );
    assert(
      property(array(tuple(nat(base.length - 1), nat(255)), { maxLength: 4 }), (edits) => {
        const bytes = base.slice();
        for (const [at, value] of edits) bytes[at] = value;
        if (refusalOf(bytes) !== undefined) return;
        const model = decodeModel(bytes);
        expect(decodeModel(encodeModel(model))).toEqual(model);
      }),
      { numRuns: 2000 },
    );
  });
});

const shared = foreignModels();
describe.skipIf(shared.absent !== undefined)(`models made elsewhere (${shared.absent ?? 'present'})`, () => {
  const refused: Record<string, string> = {
    neg_external_data_missing: 'onnx_external_data',
    neg_git_lfs_pointer: 'onnx_lfs_pointer',
  };

  test.each(shared.names.filter((name) => !(name in refused)))('%s is equal after a round trip', (name) => {
    const model = decodeModel(shared.read(name));
    const written = encodeModel(model);
    // Comparing megabytes element by element is slow in the matcher.
    expect(isDeepStrictEqual(decodeModel(written), model)).toBe(true);
    expect(isDeepStrictEqual(encodeModel(decodeModel(written)), written)).toBe(true);
  });

  test.each(Object.entries(refused))('%s is refused with %s', (name, code) => {
    expect(refusalOf(shared.read(name))?.code).toBe(code);
  });
});

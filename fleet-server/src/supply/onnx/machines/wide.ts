import { designMatrix } from '../export/design-matrix.ts';
import { VALUES, type GraphPart } from '../export/graph-part.ts';
import { doubleTensor, float, floats, floatTensor, int, mlNode, node } from '../export/proto.ts';
import { dtypeNumber, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';
import type { Columns } from '../fitted-model.ts';
import { FARTHEST } from './standard-row.ts';

/**
 * Distances are differences of large squares, for which float32 has too few digits: these stretches of a graph work in
 * double precision, which every runtime does on every device.
 */
export function widened(input: string, output: string): NodeProto {
  return node('Cast', [input], [output], [int('to', dtypeNumber('float64'))]);
}

export function narrowed(input: string, output: string): NodeProto {
  return node('Cast', [input], [output], [int('to', dtypeNumber('float32'))]);
}

/** The standardised design matrix float64 `[N, D]`, as `standardiseRow` makes it. */
export function standardDesign(columns: Columns, width: number): GraphPart {
  const { numbers } = columns;
  const values = (pick: (column: Columns['numbers'][number]) => number, rest: number) =>
    Float64Array.from({ length: width }, (_, at) => (at < numbers.length ? pick(numbers[at]!) : rest));
  const imputer = [
    floats(
      'imputed_value_floats',
      Float32Array.from(numbers, ({ impute }) => impute),
    ),
    float('replaced_value_float', Number.NaN),
  ];
  const raw = designMatrix(columns, {
    nodes: [mlNode('Imputer', [VALUES.numbers], ['imputed'], imputer)],
    initializers: [],
    output: 'imputed',
  });
  return {
    nodes: [
      ...raw.nodes,
      widened(raw.output, 'design_wide'),
      node('Sub', ['design_wide', 'means'], ['centred']),
      node('Div', ['centred', 'scales'], ['scaled']),
      node('Clip', ['scaled', 'farthest_below', 'farthest_above'], ['standard']),
    ],
    initializers: [
      ...raw.initializers,
      doubleTensor(
        'means',
        [width],
        values(({ mean }) => mean, 0),
      ),
      doubleTensor(
        'scales',
        [width],
        values(({ scale }) => scale, 1),
      ),
      doubleTensor('farthest_below', [], Float64Array.of(-FARTHEST)),
      doubleTensor('farthest_above', [], Float64Array.of(FARTHEST)),
    ],
    output: 'standard',
  };
}

/**
 * Squared distances float64 `[N, n]` from each row of `points` to each vector, as ‖x‖² + ‖v‖² − 2 x·v.
 * @param points float64 `[N, D]`
 * @param vectors row-major `[n, D]`, kept as float32
 */
export function squaredDistances(points: string, vectors: Float32Array, count: number): GraphPart {
  const width = vectors.length / count;
  const [products, norms] = [new Float32Array(vectors.length), new Float64Array(count)];
  for (let vector = 0; vector < count; vector += 1) {
    for (let column = 0; column < width; column += 1) {
      const value = vectors[vector * width + column]!;
      // Doubling is exact; a multiplication less over all N × n products.
      products[column * count + vector] = -2 * value;
      norms[vector]! += value * value;
    }
  }
  return {
    nodes: [
      widened('vectors', 'vectors_wide'),
      node('MatMul', [points, 'vectors_wide'], ['products']),
      node('Mul', [points, points], ['squares']),
      node('ReduceSum', ['squares', 'along_columns'], ['norms'], [int('keepdims', 1)]),
      node('Add', ['products', 'vector_norms'], ['differences']),
      node('Add', ['differences', 'norms'], ['distances']),
    ],
    initializers: [
      floatTensor('vectors', [width, count], products),
      doubleTensor('vector_norms', [count], norms),
      ALONG_COLUMNS,
    ],
    output: 'distances',
  };
}

/** For the reduction operators: over all columns of a row. */
const ALONG_COLUMNS: TensorProto = {
  name: 'along_columns',
  dataType: dtypeNumber('int64'),
  dims: BigInt64Array.of(1n),
  rawData: new Uint8Array(BigInt64Array.of(1n).buffer),
};

/**
 * Scores for both classes, or the value, as float32 from a float64 `[N, 1]`: its product with `signs`, plus `base`. No
 * Gemm, which would be taken for a layer of a network.
 */
export function signedScores(input: string, signs: readonly number[], base?: readonly number[]): GraphPart {
  const product = base === undefined ? 'scores' : 'signed';
  return {
    nodes: [
      narrowed(input, 'score'),
      node('Mul', ['score', 'signs'], [product]),
      ...(base === undefined ? [] : [node('Add', [product, 'base'], ['scores'])]),
    ],
    initializers: [rowTensor('signs', signs), ...(base === undefined ? [] : [rowTensor('base', base)])],
    output: 'scores',
  };
}

function rowTensor(name: string, values: readonly number[]): TensorProto {
  return floatTensor(name, [1, values.length], Float32Array.from(values));
}

/** Stretches one after the other; the last says where they end. */
export function joined(...parts: [...GraphPart[], GraphPart]): GraphPart {
  return {
    nodes: parts.flatMap(({ nodes }) => nodes),
    initializers: parts.flatMap(({ initializers }) => initializers),
    output: parts.at(-1)!.output,
  };
}

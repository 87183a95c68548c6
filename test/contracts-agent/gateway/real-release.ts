import { brotliCompressSync } from 'node:zlib';
import { mintRelease, type Release } from '../../../agent/src/testing/mint.ts';
import { FLOAT, modelOf, node, value } from '../models/onnx-graph.ts';

/** Columns of W: what speaks for "in time" and for "late". */
const WEIGHTS = Float32Array.of(-1, 1, 2, -2);

/** What ONNX Runtime answers for a row, computed here: softmax(row · W) of "late". */
export function realScore(a: number, b: number): number {
  const late = a * (WEIGHTS[1] ?? 0) + b * (WEIGHTS[3] ?? 0);
  const inTime = a * (WEIGHTS[0] ?? 0) + b * (WEIGHTS[2] ?? 0);
  return 1 / (1 + Math.exp(inTime - late));
}

function realModel(): Uint8Array {
  return modelOf({
    input: [value('x', FLOAT, ['N', 2])],
    node: [node('MatMul', ['x', 'W'], ['raw']), node('Softmax', ['raw'], ['p'])],
    initializer: [{ name: 'W', dataType: FLOAT, dims: BigInt64Array.of(2n, 2n), floatData: WEIGHTS }],
    output: [value('p', FLOAT, ['N', 2])],
  });
}

/** A signed release of a model that ONNX Runtime runs, as brotli: everything between server and prediction is real. */
export function mintRealRelease(): Promise<Release> {
  return mintRelease({
    graph: { onnx: realModel(), scoreOf: realScore, opset: 21, tolerance: 1e-5 },
    pack: { codec: 'brotli', encode: (archive) => new Uint8Array(brotliCompressSync(archive)) },
  });
}

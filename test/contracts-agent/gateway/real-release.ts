import { brotliCompressSync } from 'node:zlib';
import { FLEET, LINE, type Release } from '../../../agent/src/testing/mint.ts';
import { buildReference } from '../../../shared/src/drift/index.ts';
import { packArchive, type BundleFiles, type Manifest } from '../../../shared/src/manifest/index.ts';
import { createSeal, sha256Hex, utf8 } from '../../../shared/src/trust/index.ts';
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
export function mintRealRelease(): Release {
  const onnx = realModel();
  const features = ['a', 'b'].map((name) => ({
    name,
    type: 'number' as const,
    missing: 'refuse' as const,
    from: { column: name },
  }));
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line: LINE,
    version: '1.0.0',
    variant: 'plain',
    algorithm: 'linear',
    target: 'late',
    inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
    output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
    model: { sha256: sha256Hex(onnx), sizeBytes: onnx.length },
    needs: { opsets: { 'ai.onnx': 21 }, operators: [], derivations: [] },
    parts: { golden: 'generated', reference: 'generated', reasons: 'absent' },
  };
  const rows = [-1, 0, 1].map((a) => ({ a, b: a / 2 + 0.1 }));
  const scores = rows.map(({ a, b }) => realScore(a, b));
  const bins = ['a', 'b'].map((name) => ({ type: 'number' as const, name, edges: [-1, 0, 1] }));
  const golden = {
    v: 1,
    tolerance: 1e-5,
    rows: rows.map((values, i) => ({ record: { values, asOf: 0 }, score: scores[i] })),
  };
  const files: BundleFiles = {
    'card.json': json({}),
    'golden.json': json(golden),
    'manifest.json': json(manifest),
    'model.onnx': onnx,
    'reference.json': json(buildReference(bins, rows, scores)),
  };
  const digests = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Hex(bytes)]));
  const archive = packArchive({ ...files, 'model.sig': createSeal('bundle', digests, FLEET.builder) });
  return assigned(archive, new Uint8Array(brotliCompressSync(archive)));
}

function assigned(archive: Uint8Array, payload: Uint8Array): Release {
  return {
    archive,
    payload,
    version: '1.0.0',
    profiles: [],
    assigned: {
      model: LINE,
      path: `models/${LINE}/1/plain.plb`,
      length: archive.length,
      sha256: sha256Hex(archive),
      releaseCounter: 1,
      payload: { codec: 'brotli', length: payload.length, sha256: sha256Hex(payload) },
    },
  };
}

function json(content: unknown): Uint8Array {
  return utf8(JSON.stringify(content));
}

import { createOrtInference } from '../../../agent/src/node/models/ort-inference.ts';
import { toBase64 } from '@plumbline/shared/trust';
import { denseFamily } from '../../../fleet-server/src/supply/onnx/dense/index.ts';
import { createRandom, randomForest } from '../../../fleet-server/src/supply/onnx/export/random-models.ts';
import { encodeModel, exportModel, exportTreesAsV3 } from '../../../fleet-server/src/supply/onnx/index.ts';
import { randomNet } from '../../../fleet-server/src/supply/onnx/rewrite/random-nets.ts';
import { contextOf, normalRuns } from '../../../fleet-server/src/supply/onnx/rewrite/run-here.ts';

/** One model, rows for its one matrix, and what ONNX Runtime of a gateway answers; all JSON. */
export interface ProbedModel {
  name: string;
  /** Base64. */
  model: string;
  input: string;
  output: string;
  columns: number;
  rows: number[];
  answers: number[];
}

const ROWS = 500;
const COLUMNS = 8;
const NUMBERS = Array.from({ length: COLUMNS }, (_, n) => ({ name: `n${n}`, impute: 0, mean: 0, scale: 1 }));

/** A forest in both encodings that bundles carry, a network, and the same network as each int8 recipe writes it. */
export async function probedModels(): Promise<ProbedModel[]> {
  const columns = { numbers: NUMBERS, categories: [] };
  const forest = randomForest(createRandom(5), columns, { trees: 50, depth: 8, rows: 400 });
  const weights = Float64Array.from(NUMBERS, (_, n) => 1 - n / 4);
  const net = randomNet({ widths: [COLUMNS, 96, 64, 2] });
  const small = await denseFamily.candidates(net, contextOf(normalRuns(COLUMNS)));
  const tabular = { input: 'numbers', output: 'probabilities' };
  const dense = { input: 'x', output: 'p' };
  return Promise.all([
    probed({ name: 'linear', bytes: exportModel({ kind: 'linear', columns, weights, bias: 0.1 }), ...tabular }),
    probed({ name: 'tree ensemble, v3', bytes: exportTreesAsV3(forest), ...tabular }),
    probed({ name: 'tree ensemble, v5', bytes: exportModel(forest), ...tabular }),
    probed({ name: 'dense', bytes: encodeModel(net), ...dense }),
    ...small
      .filter(({ recipe }) => recipe.includes('int8'))
      .map(({ recipe, bytes }) => probed({ name: recipe, bytes, ...dense })),
  ]);
}

async function probed({ bytes, ...of }: { name: string; bytes: Uint8Array; input: string; output: string }) {
  const random = createRandom(7);
  const rows = Float32Array.from({ length: ROWS * COLUMNS }, () => random() * 6 - 3);
  const session = await createOrtInference().load(bytes);
  const feed = { name: of.input, dtype: 'float32', dims: [ROWS, COLUMNS], data: rows } as const;
  const found = (await session.run([{ ...feed, dims: [...feed.dims] }], [of.output]))[of.output];
  await session.close();
  if (found === undefined) throw new Error(`${of.name} answers no ${of.output}`);
  return { ...of, model: toBase64(bytes), columns: COLUMNS, rows: [...rows], answers: Array.from(found.data, Number) };
}

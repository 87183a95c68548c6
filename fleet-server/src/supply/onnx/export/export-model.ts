import { checkFitted } from './check-fitted.ts';
import type { GraphPart } from './graph-part.ts';
import { VALUES } from './graph-part.ts';
import { linearScores } from './linear.ts';
import { answers } from './outputs.ts';
import { treeScores } from './tree-scores.ts';
import { treesV3 } from './trees-v3.ts';
import { treesV5 } from './trees-v5.ts';
import { encodeModel } from '../codec/encode-model.ts';
import { ML_DOMAIN, type ModelProto, type ValueInfoProto } from '@plumbline/shared/onnx';
import { machineScores } from '../machines/machine-scores.ts';
import type { Columns, FittedModel, TreesModel } from '../fitted-model.ts';
import { tensorType } from '../graph/value-type.ts';

export interface ExportOptions {
  /** `older` is for ONNX Runtime before 1.21: ir 7, opsets 13 / ml 2 (ONNX 1.8), trees in their version 3. Default `current`. */
  target?: keyof typeof TARGETS;
  /** Default true; false only to measure what sharing saves. */
  shareLeaves?: boolean;
  /** Name of the graph. */
  name?: string;
}

const TARGETS = {
  current: { irVersion: 10n, onnx: 21n, ml: 5n },
  older: { irVersion: 7n, onnx: 13n, ml: 2n },
} as const;

/**
 * Writes a fitted model as one ONNX graph, pre-processing included; equal models give equal bytes.
 * Inputs: `numbers` float32 `[N, k]` (NaN is missing), `categories` string `[N, m]`; one of width 0 is left out.
 * Outputs: `probabilities` float32 `[N, 2]` of the classes 0 and 1, `label` int64 `[N]` (0 on a tie); for a model that
 * answers a value, `value` float32 `[N, 1]` alone.
 * @throws {OnnxError} onnx_fitted_invalid
 */
export function exportModel(model: FittedModel, options: ExportOptions = {}): Uint8Array {
  checkFitted(model);
  return encodeModel(assemble(model, scoresOf(model, options), options));
}

/**
 * A tree model as Python's converters write it: TreeEnsembleRegressor with hit rates, one tag an element.
 * The baseline sizes are compared with; to deploy to an older runtime use `exportModel` with `target: 'older'`.
 * @throws {OnnxError} onnx_fitted_invalid
 */
export function exportTreesAsV3(model: TreesModel): Uint8Array {
  checkFitted(model);
  const scores = treeScores(model, (trees, input, output) => treesV3(trees, input, output, { hitRates: true }));
  return encodeModel(assemble(model, scores, { target: 'older' }), { packed: false });
}

function scoresOf(model: FittedModel, options: ExportOptions): GraphPart {
  if (model.kind === 'linear') return linearScores(model);
  if (model.kind !== 'trees') return machineScores(model);
  if (options.target === 'older') return treeScores(model, treesV3);
  const { shareLeaves = true } = options;
  return treeScores(model, (trees, input, output) => treesV5(trees, input, output, { shareLeaves }));
}

function assemble(model: FittedModel, scores: GraphPart, options: ExportOptions): ModelProto {
  const { nodes, initializers, outputs } = answers(model, scores);
  const target = TARGETS[options.target ?? 'current'];
  return {
    irVersion: target.irVersion,
    producerName: 'plumbline',
    opsetImport: [
      { domain: '', version: target.onnx },
      { domain: ML_DOMAIN, version: target.ml },
    ],
    graph: {
      name: options.name ?? 'model',
      node: nodes,
      initializer: initializers,
      input: inputsOf(model.columns),
      output: outputs,
      valueInfo: [],
    },
    metadataProps: [],
    functions: [],
  };
}

function inputsOf(columns: Columns): ValueInfoProto[] {
  const { numbers, categories } = columns;
  return [
    { name: VALUES.numbers, type: tensorType('float32', ['N', numbers.length]), width: numbers.length },
    { name: VALUES.categories, type: tensorType('string', ['N', categories.length]), width: categories.length },
  ].flatMap(({ width, ...input }) => (width > 0 ? [input] : []));
}

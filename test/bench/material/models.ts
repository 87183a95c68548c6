import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { binsOf, type Reference } from '@plumbline/shared/drift';
import { sha256Hex } from '@plumbline/shared/trust';
import { generateDataset } from '../../../fleet-server/src/entry/demo/generator/index.ts';
import { inputsOf, OUTPUT, recordOf, referenceOf } from '../../../fleet-server/src/learning/pipelines/index.ts';
import { train } from '../../../fleet-server/src/learning/training/index.ts';
import { weighBranches } from '../../../fleet-server/src/supply/models/optimize/weigh-branches.ts';
import { exportModel, inspectModel, type FittedModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import { type Grid } from '../../../fleet-server/src/learning/learners/index.ts';

/** A trained model as a gateway holds it, and records to ask it about. */
export interface BenchModel {
  bytes: Uint8Array;
  manifest: Manifest;
  reference: Reference;
  /** `reasons.bin`; a linear model needs none. */
  reasons: Uint8Array | undefined;
  records: ActivityRecord[];
  /** Size and shape in words. */
  about: string;
}

const GRIDS = {
  linear: { logistic: [{ c: 1 }], boosting: [] },
  // The shape that the budget is stated for: 100 trees of depth 12.
  trees: { logistic: [], boosting: [{ trees: 100, rate: 0.1, leaves: 512, minRows: 2, maxDepth: 12 }] },
} satisfies Record<string, Partial<Grid>>;

/** Trains on generated activities (5 categories, 11 numbers) and exports as a release would be. */
export async function benchModel(kind: keyof typeof GRIDS): Promise<BenchModel> {
  const dataset = generateDataset({ seed: 7, sites: 16, firstYear: 2015, lastYear: 2022 });
  const result = await train(dataset, { seed: 1, grid: GRIDS[kind], folds: 2, workers: 0 });
  const bytes = exportModel(result.model);
  const reference = referenceOf(dataset, result);
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line: 'bench',
    version: '1.0.0',
    variant: 'plain',
    algorithm: result.algorithm,
    target: dataset.target,
    inputs: inputsOf(result.model, dataset.features),
    output: OUTPUT,
    model: { sha256: sha256Hex(bytes), sizeBytes: bytes.length },
    needs: { opsets: inspectModel(bytes).opsets, operators: [], derivations: [] },
    parts: { golden: 'absent', reference: 'given', reasons: 'generated' },
  };
  const records = dataset.examples.slice(-1024).map(recordOf);
  const size = `${Math.round(bytes.length / 1000)} kB, ${binsOf(reference).length} features`;
  const reasons = await weighBranches(bytes, manifest, { records: dataset.examples.map(recordOf), generated: 0 });
  return { bytes, manifest, reference, reasons, records, about: `${shapeOf(result.model)}, ${size}` };
}

function shapeOf(model: FittedModel): string {
  if (model.kind === 'linear') return `${model.weights.length} weights`;
  if (model.kind !== 'trees') return model.kind;
  const nodes = model.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  return `${model.trees.length} trees, ${nodes} nodes`;
}

import { exportModel } from '../export/export-model.ts';
import type { FittedModel, TreesModel } from '../fitted-model.ts';

/** One encoding of a model, to be weighed against the others for a class of devices. */
export interface Candidate {
  recipe: string;
  bytes: Uint8Array;
}

/** TreeEnsemble version 5 with shared leaves: the same scores, about a sixth of a converter's file. */
export function treeLossless(model: TreesModel): Candidate {
  return { recipe: 'tree-lossless', bytes: exportModel(model) };
}

/** TreeEnsembleRegressor for runtimes older than ONNX Runtime 1.21. */
export function treeFallback(model: TreesModel): Candidate {
  return { recipe: 'tree-v3', bytes: exportModel(model, { target: 'older' }) };
}

/** Every encoding we know for a model, the preferred one first; none loses accuracy. */
export function candidatesOf(model: FittedModel): Candidate[] {
  if (model.kind === 'trees') return [treeLossless(model), treeFallback(model)];
  return [
    { recipe: 'linear', bytes: exportModel(model) },
    { recipe: 'linear-older', bytes: exportModel(model, { target: 'older' }) },
  ];
}

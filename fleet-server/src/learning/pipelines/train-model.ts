import type { Dataset } from '../datasets/index.ts';
import { qualityGate, train, type GateVerdict, type TrainingResult, type TrainOptions } from '../training/index.ts';

/** A trained model with the gate's word on it. */
export interface TrainedModel {
  dataset: Dataset;
  result: TrainingResult;
  gate: GateVerdict;
}

export interface TrainModelOptions extends TrainOptions {
  /** Most retrainings on permuted labels in the gate; its bound is wider with fewer. */
  gatePermutations?: number;
}

/** Dataset → search, refit → quality gate. Refusing is a right answer, not an error. */
export async function trainModel(dataset: Dataset, options: TrainModelOptions): Promise<TrainedModel> {
  const result = await train(dataset, options);
  const gate = await qualityGate(result, dataset, {
    seed: options.seed,
    workers: options.workers ?? 1,
    ...(options.gatePermutations === undefined ? {} : { permutations: options.gatePermutations }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { dataset, result, gate };
}

import type { Dataset, QualityFinding } from '../datasets/index.ts';
import { buildMatrix, encodeTable, probabilitiesOf, type Algorithm } from '../learners/index.ts';
import { withFindings } from './with-findings.ts';
import {
  clusterRows,
  holdoutFigures,
  holdOut,
  qualityGate,
  train,
  type FinishedModel,
  type GateVerdict,
  type HeldOut,
  type HoldoutFigures,
  type TrainingResult,
  type TrainOptions,
} from '../training/index.ts';

/** A trained model with the gate's word on it. */
export interface TrainedModel {
  dataset: Dataset;
  /** The rows that search, fit and gate saw: the dataset without what was held out. */
  learned: Dataset;
  result: TrainingResult;
  gate: GateVerdict;
  /** There when rows were held out. */
  holdout?: Holdout;
}

/** Figures on rows that neither search nor gate ever saw. */
export interface Holdout extends Omit<HeldOut, 'learned' | 'held'> {
  chosen: HoldoutFigures;
  /** The best configuration of each algorithm, when all were asked for. */
  algorithms?: { algorithm: Algorithm; figures: HoldoutFigures }[];
}

export interface TrainModelOptions extends TrainOptions {
  /** Most retrainings on permuted labels in the gate; its bound is wider with fewer. */
  gatePermutations?: number;
  /** Share of the rows to hold out by the split rule, 0.05 to 0.5. Default: none. */
  holdout?: number;
  /** Of the rows; one of severity `refuse` refuses the model, whatever its figures. */
  findings?: readonly QualityFinding[];
  /** Told when the search is over and the gate begins to retrain on shuffled labels. */
  onGate?: () => void;
}

/** Dataset → hold-out, search, refit → quality gate. Refusing is a right answer, not an error. */
export async function trainModel(dataset: Dataset, options: TrainModelOptions): Promise<TrainedModel> {
  const { seed, holdout: share, split } = options;
  const parts =
    share === undefined ? undefined : holdOut(dataset, { share, seed, ...(split === undefined ? {} : { split }) });
  const learned = parts?.learned ?? dataset;
  const result = await train(learned, options);
  options.onGate?.();
  const gate = await qualityGate(result, learned, {
    seed,
    workers: options.workers ?? 1,
    ...(options.gatePermutations === undefined ? {} : { permutations: options.gatePermutations }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.memoryMb === undefined ? {} : { memoryMb: options.memoryMb }),
    ...(options.journal === undefined ? {} : { journal: options.journal }),
  });
  return {
    dataset,
    learned,
    result,
    gate: withFindings(gate, options.findings),
    ...(parts === undefined ? {} : { holdout: judgeHeldOut(parts, result, seed) }),
  };
}

function judgeHeldOut(parts: HeldOut, result: TrainingResult, seed: number): Holdout {
  const { learned, held, ...about } = parts;
  const table = encodeTable(held, learned.features);
  const rows = Int32Array.from(held.keys());
  const clusters = clusterRows({ examples: held }, rows, parts.split);
  const threshold = result.threshold?.threshold.value ?? 0.5;
  const figuresOf = ({ model }: FinishedModel): HoldoutFigures => {
    const scores = probabilitiesOf(model, buildMatrix(table, model.columns, rows));
    return holdoutFigures(table.labels, scores, { clusters, threshold, seed });
  };
  return {
    ...about,
    chosen: figuresOf(result),
    ...(result.finalists === undefined
      ? {}
      : { algorithms: result.finalists.map((one) => ({ algorithm: one.algorithm, figures: figuresOf(one) })) }),
  };
}

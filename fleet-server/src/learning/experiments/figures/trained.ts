import type { Dataset, Example } from '../../datasets/index.ts';
import {
  clusterRows,
  holdOut,
  type GateVerdict,
  type HeldOut,
  type HoldoutFigures,
  type TrainingResult,
} from '../../training/index.ts';
import type { Algorithm } from '../../learners/index.ts';
import { permutationImportance, type PermutationImportance } from './permutation.ts';

/** What came of a training, as the pipeline hands it over. */
export interface Trained {
  dataset: Dataset;
  /** The rows that search, fit and gate saw; absent: all. */
  learned?: Dataset;
  result: TrainingResult;
  gate: GateVerdict;
  holdout?: Omit<HeldOut, 'learned' | 'held'> & {
    chosen: HoldoutFigures;
    algorithms?: { algorithm: Algorithm; figures: HoldoutFigures }[];
  };
}

export function learnedBy({ dataset, learned }: Pick<Trained, 'dataset' | 'learned'>): Dataset {
  return learned ?? dataset;
}

/** A score from here on says late. */
export function thresholdOf({ result }: Pick<Trained, 'result'>): number {
  return result.threshold?.threshold.value ?? 0.5;
}

/** By permutation on the rows that were held out, or, where none were, on those the model learned from. */
export function importanceOf(trained: Trained): {
  basis: 'held out' | 'training';
  rows: number;
  features: PermutationImportance[];
} {
  const { result, holdout, dataset } = trained;
  const { seed } = result.settings;
  const held = holdout === undefined ? [] : holdOut(dataset, { share: holdout.share, seed, split: holdout.split }).held;
  const examples = held.length > 0 ? held : learnedBy(trained).examples;
  const clusters = clusterRows({ examples }, Int32Array.from(examples.keys()), result.settings.split);
  return {
    basis: held.length > 0 ? 'held out' : 'training',
    rows: examples.length,
    features: permutationImportance(result.model, dataset, examples, { seed, clusters }),
  };
}

/** The examples behind out-of-fold scores, in their order, and which of them are no independent evidence. */
export function outOfFoldRows(
  dataset: Dataset,
  { outOfFold, settings }: { outOfFold: { refs: string[] }; settings: Pick<TrainingResult['settings'], 'split'> },
): { examples: Example[]; clusters: Int32Array } {
  const rowsOf = new Map<string, number[]>();
  dataset.examples.forEach(({ ref }, row) => {
    const rows = rowsOf.get(ref);
    if (rows === undefined) rowsOf.set(ref, [row]);
    else rows.push(row);
  });
  // A ref that stands for several rows gives them in turn; each is validated at most once a repetition.
  const taken = new Map<string, number>();
  const rows = Int32Array.from(outOfFold.refs, (ref) => {
    const candidates = rowsOf.get(ref) ?? [];
    const turn = taken.get(ref) ?? 0;
    taken.set(ref, turn + 1);
    return candidates[turn % Math.max(1, candidates.length)] ?? 0;
  });
  return {
    examples: Array.from(rows, (row) => dataset.examples[row]!),
    clusters: clusterRows(dataset, rows, settings.split),
  };
}

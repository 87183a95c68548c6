import {
  clusterRows,
  heldOutDays,
  holdOut,
  type HeldOut,
  type RegressionResult,
  type RegressionVerdict,
} from '../../training/index.ts';
import type { Dataset } from '../../datasets/index.ts';
import { dayImportance, type DayImportance } from './day-importance.ts';
import { learnedBy, outOfFoldRows } from './trained.ts';

type HeldOutDays = ReturnType<typeof heldOutDays>;

/** What came of training a regression of delay days, as the pipeline hands it over. */
export interface TrainedDays {
  /** Rows with a delay. */
  dataset: Dataset;
  learned?: Dataset;
  result: RegressionResult;
  gate: RegressionVerdict;
  holdout?: Omit<HeldOut, 'learned' | 'held'> & { chosen: HeldOutDays };
}

/** Out of fold, with 95 % intervals; groups are drawn whole. */
export function outOfFoldDays(trained: TrainedDays): HeldOutDays {
  const { result } = trained;
  const { clusters } = outOfFoldRows(learnedBy(trained), result);
  const { targets, values } = result.outOfFold;
  return heldOutDays(targets, values, result.settings.loss, { clusters, seed: result.settings.seed });
}

/** On the rows that were held out, or, where none were, on those the model learned from. */
export function importanceOfDays(trained: TrainedDays): {
  basis: 'held out' | 'training';
  rows: number;
  features: DayImportance[];
} {
  const { result, holdout, dataset } = trained;
  const { seed } = result.settings;
  const held = holdout === undefined ? [] : holdOut(dataset, { share: holdout.share, seed, split: holdout.split }).held;
  const examples = held.length > 0 ? held : learnedBy(trained).examples;
  const clusters = clusterRows({ examples }, Int32Array.from(examples.keys()), result.settings.split);
  return {
    basis: held.length > 0 ? 'held out' : 'training',
    rows: examples.length,
    features: dayImportance(result.model, dataset, examples, { seed, clusters }),
  };
}

import type { SplitRule } from '../datasets/dataset.ts';
import type { Algorithm, Grid, MatrixOptions, Member } from '../learners/index.ts';
import type { ClassWeight } from './class-weights.ts';
import type { TrialJournal } from './journal/journal.ts';
import type { TargetLoss } from './measure/target-loss.ts';
import type { Costs } from './measure/threshold.ts';
import type { Strategy } from './search/strategy.ts';

/** What classification and regression have in common. */
export interface SearchOptions {
  seed: number;
  /** Default: logistic and boosting; of a regression every algorithm that learns numbers. */
  algorithms?: readonly Algorithm[];
  /** Configurations per algorithm; an algorithm left out has those of the strategy. */
  grid?: Partial<Grid>;
  /** Default: grid. */
  strategy?: Strategy;
  /** Folds of the search. Default 5. */
  folds?: number;
  /** Times the folds are dealt anew, 1 to 20; all of them choose, the first makes the out-of-fold scores. Default 1. */
  repeats?: number;
  /** Default: the dataset's own rule. */
  split?: SplitRule;
  matrix?: MatrixOptions;
  /** Threads; 0 trains in the calling thread. Default 1. The model does not depend on it. */
  workers?: number;
  /** Heap of one thread in MB. Default 2048. */
  memoryMb?: number;
  /** `remainingS`: seconds left by the median of each algorithm's fits so far; undefined until there is one. */
  onProgress?: (done: number, total: number, remainingS?: number) => void;
  signal?: AbortSignal;
  /** Keeps finished jobs, so that a search that was ended goes on where it was. */
  journal?: TrialJournal;
  /** Finish the best configuration of every algorithm, not only the chosen one. Default false. */
  finalists?: boolean;
}

export interface TrainOptions extends SearchOptions {
  classWeight?: ClassWeight;
  /** What a wrong word costs; then the result has the cheapest threshold. */
  costs?: Costs;
}

export interface RegressionOptions extends SearchOptions {
  /** What is made least. Default absolute. */
  loss?: TargetLoss;
}

/** Everything that a second run needs to come to the same result on the same dataset. */
export interface SearchSettings {
  datasetVersion: string;
  seed: number;
  members: Member[];
  folds: number;
  split: SplitRule;
  matrix: MatrixOptions;
  /** Where it is not what it is by default. */
  strategy?: Strategy;
  repeats?: number;
  classWeight?: ClassWeight;
  /** There in a regression. */
  loss?: TargetLoss;
}

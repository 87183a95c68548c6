import type { MatrixOptions, Member, Table } from '../../learners/index.ts';
import type { ClassWeight } from '../class-weights.ts';
import type { Fold } from '../folds.ts';
import type { TargetLoss } from '../measure/target-loss.ts';
import type { Rung } from './ladder.ts';

/** What every job of one training reads; handed to each worker once. */
export interface JobContext {
  table: Table;
  /** Of all repeats, one repeat after the other. */
  folds: Fold[];
  /** Folds of the first repeat: they alone make the out-of-fold scores, so that every row stands there once. */
  ownFolds: number;
  /** Rungs of the search; one with all rows unless it halves. */
  rungs: Rung[];
  factor: number;
  members: Member[];
  matrix: MatrixOptions;
  seed: number;
  /** Distinct sites of the rows: a model that holds rows would take them to the others. */
  sites: number;
  /** Delay days of each row and what is made least; there in a regression. */
  regression?: { targets: Float32Array; loss: TargetLoss };
  classWeight?: ClassWeight;
}

/** What rows are labelled with: once as they are, again as they are dealt in a chance draw. */
export interface Truth {
  labels: Uint8Array;
  targets: Float32Array | undefined;
}

/** As the rows came. */
export function ownTruth({ table, regression }: JobContext): Truth {
  return { labels: table.labels, targets: regression?.targets };
}

/** The labels of `rows`, in that order. */
export function pick(labels: Uint8Array, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => labels[row]!);
}

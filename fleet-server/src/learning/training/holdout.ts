import { codeOf, isCodedError } from '@plumbline/shared/errors';
import { splitDataset, type Dataset, type DatasetSplit, type Example, type SplitRule } from '../datasets/index.ts';
import { requireWithin } from '../learners/index.ts';
import { TrainingError } from './errors.ts';
import { MIN_ROWS } from './job-context.ts';

export interface HeldOut {
  /** What the search may see; a dataset with a version of its own. */
  learned: Dataset;
  /** What it never sees. */
  held: Example[];
  split: SplitRule;
  share: number;
  /** Rows of neither part: over time those due before the cut whose label was not known by then. */
  between: number;
}

/** Fewer held-out rows than this say nothing. */
const MIN_HELD = 10;

/**
 * Sets a share of the rows aside by the dataset's split rule, see `splitDataset`.
 * Throws `no_holdout`, `bad_parameter`.
 */
export function holdOut(dataset: Dataset, options: { share: number; seed: number; split?: SplitRule }): HeldOut {
  const { share, seed, split = dataset.split } = options;
  requireWithin('holdout', share, 0.05, 0.5);
  const { train, holdout, leftOut } = splitOrRefuse(dataset, split, share, seed);
  const [learned, held] = [train.examples.length, holdout.examples.length];
  if (learned < MIN_ROWS || held < MIN_HELD) {
    throw refuse(
      `Holding out ${share} of ${dataset.examples.length} rows leaves ${learned} to learn from and ${held} to judge by.`,
    );
  }
  return { learned: train, held: holdout.examples, split, share, between: leftOut };
}

function splitOrRefuse(dataset: Dataset, by: SplitRule, share: number, seed: number): DatasetSplit {
  try {
    return splitDataset(dataset, { by, share: 1 - share, seed });
  } catch (error) {
    if (isCodedError(error) && codeOf(error) === 'split_empty') throw refuse(error.message, error);
    throw error;
  }
}

function refuse(message: string, cause?: unknown): TrainingError {
  return new TrainingError('no_holdout', message, {
    kind: 'refused',
    field: 'holdout',
    expected: `at least ${MIN_ROWS} rows of both labels to learn from and ${MIN_HELD} to judge by, or no hold-out`,
    cause,
  });
}

import { isCodedError } from '@plumbline/shared/errors';
import type { Dataset, Example } from '../../datasets/index.ts';
import { createRandom, deriveSeed, shuffle } from '../../learners/index.ts';
import { train, type TrainingResult, type TrainOptions } from '../../training/index.ts';

export interface LearningPoint {
  rows: number;
  /** Out of fold, mean and standard deviation over folds. */
  auc: { mean: number; sd: number };
  brier: { mean: number; sd: number };
}

export interface LearningCurve {
  points: LearningPoint[];
  /** Sizes on which nothing could be trained, and why. */
  skipped: { rows: number; code: string }[];
}

export interface LearningCurveOptions {
  seed: number;
  /** Shares of the rows, ascending. Default an eighth, a quarter, a half and all. */
  shares?: readonly number[];
  workers?: number;
  signal?: AbortSignal;
}

/**
 * How the chosen configuration would do with fewer rows: cross-validated on nested subsets of the dataset. Where the
 * curve still rises at its end, more rows would help. Rows are thinned by chance (whole groups under a group split),
 * so that every subset covers the same time.
 * @throws TrainingError `stopped`
 */
export async function learningCurve(
  dataset: Dataset,
  { algorithm, parameters, settings }: Pick<TrainingResult, 'algorithm' | 'parameters' | 'settings'>,
  options: LearningCurveOptions,
): Promise<LearningCurve> {
  const { seed, shares = [0.125, 0.25, 0.5, 1], workers = 1, signal } = options;
  const order = thinningOrder(dataset, seed);
  const { folds, split, matrix, classWeight } = settings;
  const points: LearningPoint[] = [];
  const skipped: LearningCurve['skipped'] = [];
  for (const share of shares) {
    const kept = new Set(order.slice(0, Math.max(1, Math.round(order.length * share))).flat());
    const examples = dataset.examples.filter((example) => kept.has(example));
    const again: TrainOptions = {
      seed: settings.seed,
      algorithms: [algorithm],
      grid: { [algorithm]: [parameters] },
      folds,
      split,
      matrix,
      workers,
      ...(classWeight === undefined ? {} : { classWeight }),
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      const { table, chosen } = await train({ ...dataset, examples }, again);
      const { auc, brier } = table[chosen]!;
      points.push({ rows: examples.length, auc, brier });
    } catch (error) {
      if (!isCodedError(error) || error.kind !== 'refused') throw error;
      skipped.push({ rows: examples.length, code: error.code });
    }
  }
  return { points, skipped };
}

/** Units in the order in which they are kept: groups, or rows of both labels in turn. */
function thinningOrder({ examples, split }: Dataset, seed: number): Example[][] {
  const units =
    split === 'group'
      ? [...Map.groupBy(examples, ({ group }) => group).values()]
      : examples.map((example) => [example]);
  const shuffled = shuffle(Int32Array.from(units.keys()), createRandom(deriveSeed(seed, 'learning-curve')));
  const order = Array.from(shuffled, (index) => units[index]!);
  if (split === 'group') return order;
  // Each label at its own even pace: a subset has the base rate of the whole.
  const pace = new Map<Example[], number>();
  for (const one of Map.groupBy(order, ([example]) => example!.label).values()) {
    one.forEach((unit, index) => pace.set(unit, (index + 0.5) / one.length));
  }
  return order.toSorted((a, b) => pace.get(a)! - pace.get(b)!);
}

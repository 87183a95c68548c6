import { z } from 'zod';
import { octaveCounts } from './windows/octaves.ts';
import { binCount, binOf, featureBins, SCORE_BINS, scoreBinOn, type FeatureBins, type ScoreScale } from './bins.ts';

const count = z.number().int().nonnegative();
const scoreCounts = z.array(count).max(SCORE_BINS);

/** At most so many slices of the data are counted by themselves. */
export const MAX_SLICES = 16;

/** Rows in which a feature has one level; a private feature has no slices, as their counts leave the device. */
export const referenceSlice = z.strictObject({
  name: z.string().max(256),
  feature: z.string().max(128),
  level: z.string().max(256),
  rows: count,
  positive: count,
  score: scoreCounts,
});

/** The training distribution in fixed bins: what a window is compared with. */
export const reference = z.strictObject({
  v: z.literal(1),
  rows: z.number().int().nonnegative(),
  features: z.array(
    z.strictObject({
      bins: featureBins,
      counts: z.array(z.number().int().nonnegative()),
      typical: z.union([z.number(), z.string(), z.null()]),
    }),
  ),
  score: z.array(z.number().int().nonnegative()),
  /** Of a model that answers values: what their bins lie between. A chance has equal bins of [0, 1]. */
  scoreEdges: z
    .array(z.number())
    .max(SCORE_BINS - 1)
    .optional(),
  baseRate: z.number().min(0).max(1).optional(),
  /** Smallest and largest value of each number feature: what lies outside is out of range. */
  support: z.record(z.string(), z.strictObject({ low: z.number(), high: z.number() })).optional(),
  /** Values of each number feature by `octaveOf`. */
  scale: z.record(z.string(), octaveCounts).optional(),
  /** Values equal to the one before at their site, in order of time, of so many that had one before. */
  repeats: z.record(z.string(), z.strictObject({ count, of: count })).optional(),
  slices: z.array(referenceSlice).max(MAX_SLICES).optional(),
  /** Rows by the bin of a score that was given without having seen them, and by their label. */
  calibration: z
    .strictObject({
      basis: z.enum(['out-of-fold', 'held-out']),
      negative: scoreCounts,
      positive: scoreCounts,
      /** Sites or projects the rows come from. */
      clusters: count,
      /** Score from which a prediction says late. */
      threshold: z.number(),
    })
    .optional(),
  /** How rows of one site are alike, by feature; empty below five sites. See `SiteSpread`. */
  clusters: z
    .strictObject({
      sites: count,
      /** How many times the variance is that of as many independent rows. */
      designEffect: z.record(z.string(), z.number().min(0)),
      /**
       * Of two rows of one site: what carries over to a window of other sizes. Of `(score)`: of two scores by one model,
       * where those counted are of several.
       */
      correlation: z.record(z.string(), z.number().min(0).max(1)).optional(),
      /** Part of the degrees of freedom that is left. */
      freedom: z.record(z.string(), z.number().min(0).max(1)).optional(),
    })
    .optional(),
  /** Of the chosen model, on rows it had not seen. */
  expected: z.strictObject({ brier: z.number(), auc: z.number(), accuracy: z.number(), rows: count }).optional(),
});

export type ReferenceSlice = z.infer<typeof referenceSlice>;
export type Reference = z.infer<typeof reference>;

/** The bins of all features, in the order of the reference. */
export function binsOf(of: Reference): FeatureBins[] {
  return of.features.map((one) => one.bins);
}

/** How the scores of a model are counted, by what it answers and what its reference fixed. */
export function scaleOfScores(answers: 'classes' | 'value', of: Pick<Reference, 'scoreEdges'> | undefined): ScoreScale {
  return answers === 'classes' ? 'chance' : (of?.scoreEdges ?? 'not counted');
}

/**
 * Counts training rows into bins. `typical` is the median or the commonest level: what an occluded value is replaced by.
 * @param scores one per row, in [0, 1], or values that belong between `scoreEdges`
 */
export function buildReference(
  bins: FeatureBins[],
  rows: readonly Record<string, number | string | null>[],
  scores: readonly number[],
  baseRate?: number,
  scoreEdges?: readonly number[],
): Reference {
  return {
    v: 1,
    rows: rows.length,
    features: bins.map((one) => ({ bins: one, counts: countsOf(one, rows), typical: typicalOf(one, rows) })),
    score: scores.reduce<number[]>((counts, score) => {
      const bin = scoreBinOn(scoreEdges ?? 'chance', score) ?? 0;
      counts[bin] = (counts[bin] ?? 0) + 1;
      return counts;
    }, Array<number>(SCORE_BINS).fill(0)),
    ...(scoreEdges === undefined ? {} : { scoreEdges: [...scoreEdges] }),
    ...(baseRate === undefined ? {} : { baseRate }),
  };
}

function countsOf(bins: FeatureBins, rows: readonly Record<string, number | string | null>[]): number[] {
  const counts = Array<number>(binCount(bins)).fill(0);
  for (const row of rows) {
    const bin = binOf(bins, row[bins.name]);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function typicalOf(bins: FeatureBins, rows: readonly Record<string, number | string | null>[]): number | string | null {
  if (bins.type === 'number') {
    const present = rows
      .map((row) => row[bins.name])
      .filter((value) => typeof value === 'number' && !Number.isNaN(value));
    const sorted = (present as number[]).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }
  const counts = countsOf(bins, rows).slice(0, bins.levels.length);
  return bins.levels[counts.indexOf(Math.max(...counts))] ?? null;
}

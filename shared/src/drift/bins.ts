import { z } from 'zod';

const head = {
  name: z.string(),
  /** Follows the calendar: counted and shown, but never an alarm. */
  seasonal: z.boolean().optional(),
};

/**
 * Fixed bins of one feature, decided once from the training data, so that windows of any device and day merge exactly.
 * Numbers: `edges` e₁ < … < eₖ make k+1 bins (−∞, e₁], (e₁, e₂], …, (eₖ, ∞). Categories: one bin per level.
 * After them come two more bins: missing, and (categories only) unseen.
 */
export const featureBins = z.discriminatedUnion('type', [
  z.strictObject({ ...head, type: z.literal('number'), edges: z.array(z.number()).max(64) }),
  z.strictObject({ ...head, type: z.literal('category'), levels: z.array(z.string()).max(4096) }),
]);

export type FeatureBins = z.infer<typeof featureBins>;

export const SCORE_BINS = 20;

export function binCount(bins: FeatureBins): number {
  return bins.type === 'number' ? bins.edges.length + 2 : bins.levels.length + 2;
}

/** Index of the bin of a value; `null`, NaN and a value of the wrong type are missing. */
export function binOf(bins: FeatureBins, value: number | string | null | undefined): number {
  if (bins.type === 'number') {
    if (typeof value !== 'number' || Number.isNaN(value)) return bins.edges.length + 1;
    let low = 0;
    let high = bins.edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (bins.edges[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
  if (typeof value !== 'string' || value === '') return bins.levels.length;
  const level = bins.levels.indexOf(value);
  return level < 0 ? bins.levels.length + 1 : level;
}

/** Bin of a score in [0, 1]; anything outside is put into the nearest. */
export function scoreBin(score: number): number {
  return Math.min(SCORE_BINS - 1, Math.max(0, Math.floor(score * SCORE_BINS)));
}

/**
 * How scores are counted: a chance in equal bins of [0, 1]; values between the edges that the reference fixed. Values
 * without edges are not counted: every bin would be a guess.
 */
export type ScoreScale = 'chance' | readonly number[] | 'not counted';

/** Bin of a score on its scale; undefined where it is not counted. */
export function scoreBinOn(scale: ScoreScale, score: number): number | undefined {
  if (scale === 'not counted') return undefined;
  if (scale === 'chance') return scoreBin(score);
  const bin = scale.findIndex((edge) => score <= edge);
  return bin < 0 ? scale.length : bin;
}

/**
 * Edges between values of a model at its quantiles, at most `SCORE_BINS` − 1. They lie midway between two values that
 * occur, because runtimes differ in the last digits and a tree says the same few values again and again.
 */
export function valueEdges(values: readonly number[]): number[] {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  const edges = new Set<number>();
  for (let i = 1; i < SCORE_BINS; i += 1) {
    const below = sorted[Math.floor((i * sorted.length) / SCORE_BINS)];
    const above = below === undefined ? undefined : sorted.find((value) => value > below);
    if (below !== undefined && above !== undefined) edges.add((below + above) / 2);
  }
  return [...edges];
}

/** Names of the bins in order, for people. */
export function binNames(bins: FeatureBins): string[] {
  if (bins.type === 'category') return [...bins.levels, '(missing)', '(unseen)'];
  const bounds = ['-∞', ...bins.edges.map(String), '∞'];
  return [...bounds.slice(1).map((to, i) => `(${bounds[i]}, ${to}]`), '(missing)'];
}

/** Quantile edges of the training values; ties collapse, a constant gets no edge but its own value. */
export function quantileEdges(values: readonly number[], wanted = 10): number[] {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  const edges = Array.from({ length: wanted - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / wanted)]);
  return [...new Set(edges.filter((edge) => edge !== undefined))];
}

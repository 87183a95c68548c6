import { z } from 'zod';
import { binCount, binOf, SCORE_BINS, scoreBin, scoreBinOn, type FeatureBins, type ScoreScale } from './bins.ts';

const binCounts = z.array(z.number().int().nonnegative()).max(4098);

/** Counts of one model on one device over one period. Merging is addition, in any order. */
export const driftWindow = z.strictObject({
  model: z.string(),
  /** Hash of the archive whose reference fixed the bins. */
  sha256: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  count: z.number().int().nonnegative(),
  features: z.record(z.string(), binCounts),
  score: binCounts,
  /** Outcomes that matured in this period, by the score bin of their prediction: [in time, late] per bin. */
  matured: z.strictObject({ negative: binCounts, positive: binCounts }).optional(),
  errors: z.number().int().nonnegative(),
});

export type DriftWindow = z.infer<typeof driftWindow>;

export function emptyWindow(model: string, sha256: string, bins: FeatureBins[], from: number, to: number): DriftWindow {
  return {
    model,
    sha256,
    from,
    to,
    count: 0,
    features: Object.fromEntries(bins.map((one) => [one.name, Array<number>(binCount(one)).fill(0)])),
    score: Array<number>(SCORE_BINS).fill(0),
    errors: 0,
  };
}

/** Adds one prediction to a window in place; windows are counters, made to be cheap. */
export function observe(
  window: DriftWindow,
  bins: FeatureBins[],
  values: Record<string, number | string | null | undefined>,
  score: number,
  scale: ScoreScale = 'chance',
): void {
  window.count += 1;
  for (const one of bins) increase(window.features[one.name], binOf(one, values[one.name]));
  increase(window.score, scoreBinOn(scale, score));
}

/** Adds an outcome to the window of the day its *prediction* was made. Of chances alone: a value says no late or not. */
export function observeOutcome(window: DriftWindow, score: number, label: 0 | 1): void {
  window.matured ??= { negative: Array<number>(SCORE_BINS).fill(0), positive: Array<number>(SCORE_BINS).fill(0) };
  increase(label === 1 ? window.matured.positive : window.matured.negative, scoreBin(score));
}

/**
 * The sum of windows of one model version: exact, commutative and associative.
 * Windows whose bins differ (another version) are not merged: @throws RangeError.
 */
export function mergeWindows(windows: readonly DriftWindow[]): DriftWindow {
  const [first, ...rest] = windows;
  if (first === undefined) throw new RangeError('nothing to merge');
  return rest.reduce(mergeTwo, structuredClone(first));
}

function mergeTwo(a: DriftWindow, b: DriftWindow): DriftWindow {
  if (a.sha256 !== b.sha256) throw new RangeError(`windows of ${a.sha256} and ${b.sha256} have different bins`);
  const names = new Set([...Object.keys(a.features), ...Object.keys(b.features)]);
  const merged: DriftWindow = {
    model: a.model,
    sha256: a.sha256,
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    count: a.count + b.count,
    features: Object.fromEntries([...names].map((name) => [name, add(a.features[name], b.features[name])])),
    score: add(a.score, b.score),
    errors: a.errors + b.errors,
  };
  if (a.matured !== undefined || b.matured !== undefined) {
    merged.matured = {
      negative: add(a.matured?.negative, b.matured?.negative),
      positive: add(a.matured?.positive, b.matured?.positive),
    };
  }
  return merged;
}

function add(a: number[] = [], b: number[] = []): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}

function increase(counts: number[] | undefined, bin: number | undefined): void {
  if (counts !== undefined && bin !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
}

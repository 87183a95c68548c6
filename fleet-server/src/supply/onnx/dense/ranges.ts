/** How calibration turns the values that an activation took into the range that its integers cover. */
export type RangeMethod = 'minmax' | 'percentile' | 'entropy';

export interface Range {
  low: number;
  high: number;
}

const BINS = 2048;
const PERCENTILE = 99.999;
/** Levels that the entropy method divides magnitudes into: half of what uint8 has, as values lie on both sides of zero. */
const LEVELS = 128;
const STEP = 16;

/**
 * The range of all values of all runs, zero included; undefined when there is no value or one is not finite.
 * `percentile`: without the outermost 0.0005 % on either side, by 2048 bins. `entropy`: cut at the magnitude that
 * loses the least information (Kullback-Leibler divergence, Migacz 2017) when what remains gets 128 levels; zeros,
 * which are always exact, do not count.
 */
export function rangeOf(runs: readonly ArrayLike<number>[], method: RangeMethod): Range | undefined {
  let [low, high, count] = [Infinity, -Infinity, 0];
  for (const run of runs) {
    for (let index = 0; index < run.length; index += 1) {
      const value = run[index]!;
      if (!Number.isFinite(value)) return undefined;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    count += run.length;
  }
  if (count === 0) return undefined;
  const full = { low: Math.min(0, low), high: Math.max(0, high) };
  if (method === 'minmax' || low === high) return full;
  if (method === 'percentile') return within(full, percentiles(runs, { low, high }, count));
  const cut = leastDivergence(runs, Math.max(-low, high));
  return within(full, { low: -cut, high: cut });
}

/** Asymmetric uint8 over a range: `value ≈ (integer − zero) × scale`. A range of nothing but zero has scale 1. */
export function uint8Of({ low, high }: Range): { scale: number; zero: number } {
  const scale = Math.fround(Math.max((high - low) / 255, 2 ** -126));
  if (high === low) return { scale: 1, zero: 0 };
  return { scale, zero: Math.max(0, Math.min(255, Math.round(-low / scale))) };
}

function within(full: Range, cut: Range): Range {
  return { low: Math.min(0, Math.max(full.low, cut.low)), high: Math.max(0, Math.min(full.high, cut.high)) };
}

function histogram(runs: readonly ArrayLike<number>[], { low, high }: Range, of: (value: number) => number) {
  const counts = new Float64Array(BINS);
  const perUnit = BINS / (high - low);
  for (const run of runs) {
    for (let index = 0; index < run.length; index += 1) {
      counts[Math.min(BINS - 1, Math.floor((of(run[index]!) - low) * perUnit))]! += 1;
    }
  }
  return counts;
}

function percentiles(runs: readonly ArrayLike<number>[], full: Range, count: number): Range {
  const counts = histogram(runs, full, (value) => value);
  const tail = (count * (100 - PERCENTILE)) / 200;
  const width = (full.high - full.low) / BINS;
  const first = firstBeyond(counts, tail);
  const last = firstBeyond(counts.toReversed(), tail);
  return { low: full.low + first * width, high: full.high - last * width };
}

/** The first bin up to which, itself included, more than `tail` values lie. */
function firstBeyond(counts: Float64Array, tail: number): number {
  let sum = 0;
  return counts.findIndex((each) => (sum += each) > tail);
}

function leastDivergence(runs: readonly ArrayLike<number>[], largest: number): number {
  // Most values behind a Relu are zero; their peak in the first bin would hide everything else.
  const nonzero = runs.map((run) => Array.from(run).filter((value) => value !== 0));
  const counts = histogram(nonzero, { low: 0, high: largest }, Math.abs);
  let best = { kept: BINS, divergence: Infinity };
  let outside = 0;
  for (let kept = BINS; kept >= LEVELS; kept -= STEP) {
    const divergence = divergenceOf(counts.subarray(0, kept), outside);
    if (divergence < best.divergence) best = { kept, divergence };
    for (const each of counts.subarray(kept - STEP, kept)) outside += each;
  }
  return (best.kept / BINS) * largest;
}

/** Divergence of the counts, those outside moved into the last bin, from the same counts at 128 levels. */
function divergenceOf(counts: Float64Array, outside: number): number {
  const levels = spreadOverLevels(counts);
  let [total, kept] = [outside, 0];
  for (const [bin, count] of counts.entries()) {
    total += count;
    kept += levels[bin]!;
  }
  if (kept === 0) return Infinity;
  let divergence = 0;
  for (const [bin, count] of counts.entries()) {
    const p = (bin === counts.length - 1 ? count + outside : count) / total;
    if (p === 0) continue;
    // Outliers may fall into a bin that held nothing: no level stands for them.
    divergence += p * Math.log(p / Math.max(levels[bin]! / kept, 1e-9));
  }
  return divergence;
}

/** Every level's share, evenly over those of its bins that hold anything. */
function spreadOverLevels(counts: Float64Array): Float64Array {
  const spread = new Float64Array(counts.length);
  for (let level = 0; level < LEVELS; level += 1) {
    const from = Math.floor((level * counts.length) / LEVELS);
    const to = Math.floor(((level + 1) * counts.length) / LEVELS);
    const bins = counts.subarray(from, to);
    const filled = bins.reduce((sum, each) => sum + (each > 0 ? 1 : 0), 0);
    const mean = bins.reduce((sum, each) => sum + each, 0) / Math.max(1, filled);
    for (const [offset, each] of bins.entries()) spread[from + offset] = each > 0 ? mean : 0;
  }
  return spread;
}

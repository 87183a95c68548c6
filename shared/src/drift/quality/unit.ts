import type { FeatureBins } from '../bins.ts';
import { testOfBins } from '../tests/test-of-bins.ts';
import {
  type FeatureCounts,
  type OctaveCounts,
  type QualityFinding,
  type QualityRule,
  ZERO_OCTAVE,
} from './feature-counts.ts';

/** Units that people mix up, by how many times larger one number is than the other. */
const RATIOS: readonly [ratio: number, words: string][] = [
  [7, 'days and weeks'],
  [24, 'hours and days'],
  [60, 'minutes and hours, or seconds and minutes'],
  [1000, 'thousands: kilo, milli'],
  [3.281, 'feet and metres'],
  [25.4, 'millimetres and inches'],
  [2.205, 'pounds and kilograms'],
  [12, 'inches and feet, or months and years'],
  [100, 'hundreds: per cent, centi'],
  [1440, 'minutes and days'],
  [3600, 'seconds and hours'],
  [168, 'hours and weeks'],
  [10.76, 'square feet and square metres'],
  [35.31, 'cubic feet and cubic metres'],
  [1e6, 'millions'],
];

/** Part of the mass that the moved reference and the window share, but for what chance takes away. */
const OVERLAP = 0.9;
const FEWEST_VALUES = 30;
/** log₂ of 5 %: as near as a ratio must be to be named. */
const NEAR = Math.log2(1.05);
/** Octaves from which a shift without a name is one of unit all the same: four times as large. */
const LARGE = 2;
/** Below it even a named ratio is too small to tell from a change of the world. */
const SMALLEST = 0.8;

/**
 * All magnitudes multiplied by one number: the histogram of octaves moves as a whole and keeps its shape. The shift of its mean
 * tells the ratio more finely than an octave.
 */
export function judgeUnit(
  bins: FeatureBins,
  reference: FeatureCounts,
  window: FeatureCounts,
  { alpha }: QualityRule,
): QualityFinding | undefined {
  if (reference.scale === undefined || window.scale === undefined) return undefined;
  const [before, after] = [momentsOf(reference.scale), momentsOf(window.scale)];
  if (before.n < FEWEST_VALUES || after.n < FEWEST_VALUES) return undefined;
  const shift = after.mean - before.mean;
  if (Math.abs(shift) < SMALLEST) return undefined;
  const [from, to] = [Math.min(before.low, after.low) - 1, Math.max(before.high, after.high) + 1];
  const aligned = (of: OctaveCounts) => countsFrom(of, from, to);
  const { p } = testOfBins(aligned(reference.scale), aligned(window.scale));
  if (p > alpha || !keepsShape(aligned(reference.scale), aligned(window.scale), shift)) return undefined;
  const error = 2 * Math.sqrt(before.variance / before.n + after.variance / after.n);
  const named = namesFor(shift, error);
  if (named.length === 0 && Math.abs(shift) < LARGE) return undefined;
  const factor = 2 ** shift;
  const size = factor >= 1 ? `${plain(factor)} times larger` : `${plain(1 / factor)} times smaller`;
  const how = named.length === 0 ? '' : ` (${named.map(([ratio, words]) => `× ${ratio}: ${words}`).join('; or ')})`;
  return { fault: 'unit', p, size: factor, sentence: `${bins.name} is about ${size} than before${how}: unit changed` };
}

/** The nearest first; several when they lie too near each other to be told apart. */
function namesFor(shift: number, error: number): (typeof RATIOS)[number][] {
  return RATIOS.map((one) => ({ one, off: Math.abs(Math.abs(shift) - Math.log2(one[0])) }))
    .filter(({ off }) => off <= NEAR + error)
    .toSorted((a, b) => a.off - b.off)
    .slice(0, 2)
    .map(({ one }) => one);
}

/** A part of an octave moves a part of its mass to the next; values that sit within one octave move as a whole. */
function keepsShape(before: readonly number[], after: readonly number[], shift: number): boolean {
  const [n, m] = [before, after].map((counts) => counts.reduce((all, count) => all + count, 0)) as [number, number];
  const overlapAt = (by: number) => {
    const whole = Math.floor(by);
    const part = by - whole;
    return after.reduce((all, count, i) => {
      const moved = (1 - part) * (before[i - whole] ?? 0) + part * (before[i - whole - 1] ?? 0);
      return all + Math.min(count / m, moved / n);
    }, 0);
  };
  const best = Math.max(overlapAt(shift), overlapAt(Math.floor(shift)), overlapAt(Math.ceil(shift)));
  const chance = after.reduce((all, count) => {
    const share = count / m;
    return all + Math.sqrt((2 / Math.PI) * share * (1 - share) * (1 / n + 1 / m)) / 2;
  }, 0);
  return best >= OVERLAP - 2 * chance;
}

function momentsOf(scale: OctaveCounts) {
  const values = scale.filter(([octave, count]) => octave !== ZERO_OCTAVE && count > 0);
  const n = values.reduce((all, [, count]) => all + count, 0);
  const mean = values.reduce((all, [octave, count]) => all + octave * count, 0) / n;
  const variance = values.reduce((all, [octave, count]) => all + (octave - mean) ** 2 * count, 0) / n;
  const octaves = values.map(([octave]) => octave);
  return { n, mean, variance, low: Math.min(...octaves), high: Math.max(...octaves) };
}

function countsFrom(scale: OctaveCounts, from: number, to: number): number[] {
  const counts = Array<number>(to - from + 1).fill(0);
  for (const [octave, count] of scale) {
    if (octave !== ZERO_OCTAVE) counts[octave - from] = (counts[octave - from] ?? 0) + count;
  }
  return counts;
}

function plain(factor: number): string {
  return factor >= 100 ? factor.toFixed(0) : factor.toPrecision(3);
}

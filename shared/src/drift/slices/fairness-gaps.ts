import { rateBounds } from '../bounds/rate-bounds.ts';

/** Predictions of one slice whose outcome is known; positive is late, and said to be late is selected. */
export interface Confusion {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

export interface SliceConfusion extends Confusion {
  name: string;
  /** Slices of one feature are held against each other. */
  feature: string;
}

export type GapName = 'selection' | 'missed' | 'false-alarm';

export interface FairnessGap {
  slice: string;
  feature: string;
  /** Share that is said to be late · late ones that were not said to be · in-time ones that were said to be late. */
  gap: GapName;
  /** Rate of the slice minus rate of the other slices of its feature, and bounds that hold at every look. */
  value: number;
  low: number;
  high: number;
  n: number;
  /** Surely larger than the limit, to either side. */
  alarm: boolean;
}

/**
 * Gaps between each slice and the others of its feature, from counts alone. Every bound is a confidence sequence
 * (`rateBounds`), so one may look whenever outcomes come in; alpha is shared out over all gaps, sides and bounds.
 * @param limit gap that is still right, 0…1
 */
export function fairnessGaps(
  slices: readonly SliceConfusion[],
  { alpha, limit }: { alpha: number; limit: number },
): FairnessGap[] {
  const each = alpha / Math.max(1, slices.length * GAPS.length * 4);
  return slices.flatMap((slice) => {
    const others = slices.filter((one) => one.feature === slice.feature && one !== slice).reduce(added, NONE);
    return GAPS.map(([gap, countOf]): FairnessGap => {
      const [ours, theirs] = [countOf(slice), countOf(others)];
      const [a, b] = [rateBounds(ours.count, ours.of, each), rateBounds(theirs.count, theirs.of, each)];
      const [low, high] = [a.low - b.high, a.high - b.low];
      const value = ours.of === 0 || theirs.of === 0 ? 0 : ours.count / ours.of - theirs.count / theirs.of;
      const { name, feature } = slice;
      return { slice: name, feature, gap, value, low, high, n: ours.of, alarm: low > limit || high < -limit };
    });
  });
}

const NONE: Confusion = { tp: 0, fp: 0, tn: 0, fn: 0 };

const GAPS: readonly [GapName, (of: Confusion) => { count: number; of: number }][] = [
  ['selection', ({ tp, fp, tn, fn }) => ({ count: tp + fp, of: tp + fp + tn + fn })],
  ['missed', ({ tp, fn }) => ({ count: fn, of: tp + fn })],
  ['false-alarm', ({ fp, tn }) => ({ count: fp, of: fp + tn })],
];

function added(a: Confusion, b: Confusion): Confusion {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, tn: a.tn + b.tn, fn: a.fn + b.fn };
}

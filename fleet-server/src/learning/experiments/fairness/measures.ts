/**
 * Figures of one group, as Fairlearn names them. Null where the group has no row that the figure is a share of;
 * Fairlearn gives 0 there, which would count as a difference.
 */
export interface GroupFigures {
  count: number;
  /** Share that is said to be late. */
  selectionRate: number | null;
  accuracy: number | null;
  /** Share of the late ones that is said to be late. */
  truePositiveRate: number | null;
  /** Share of those in time that is said to be late. */
  falsePositiveRate: number | null;
  falseNegativeRate: number | null;
}

/** What the figures are made of; sums of counts are counts of sums. */
export interface Counts {
  rows: number;
  positives: number;
  selected: number;
  hits: number;
}

/** Differences and ratios over groups: max − min, and min ÷ max. Null with fewer than two groups that have the figure. */
export interface Disparity {
  /** Of the selection rate. */
  demographicParityDifference: number | null;
  demographicParityRatio: number | null;
  /** The larger of the differences of true and of false positive rate. */
  equalizedOddsDifference: number | null;
  /** The smaller of their ratios. */
  equalizedOddsRatio: number | null;
}

export function figuresOf({ rows, positives, selected, hits }: Counts): GroupFigures {
  const negatives = rows - positives;
  const alarms = selected - hits;
  return {
    count: rows,
    selectionRate: share(selected, rows),
    accuracy: share(hits + negatives - alarms, rows),
    truePositiveRate: share(hits, positives),
    falsePositiveRate: share(alarms, negatives),
    falseNegativeRate: share(positives - hits, positives),
  };
}

export function disparityOf(
  groups: readonly Pick<GroupFigures, 'selectionRate' | 'truePositiveRate' | 'falsePositiveRate'>[],
): Disparity {
  const selection = extremes(groups.map((one) => one.selectionRate));
  const hits = extremes(groups.map((one) => one.truePositiveRate));
  const alarms = extremes(groups.map((one) => one.falsePositiveRate));
  const odds = [hits, alarms];
  return {
    demographicParityDifference: selection && selection.high - selection.low,
    demographicParityRatio: ratioOf(selection),
    equalizedOddsDifference: over(
      odds.map((one) => one && one.high - one.low),
      Math.max,
    ),
    equalizedOddsRatio: over(odds.map(ratioOf), Math.min),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

interface Extremes {
  low: number;
  high: number;
}

function extremes(values: readonly (number | null)[]): Extremes | null {
  const known = values.filter((value) => value !== null);
  return known.length < 2 ? null : { low: Math.min(...known), high: Math.max(...known) };
}

/** Null where nothing was selected in any group: no ratio says anything of that. */
function ratioOf(one: Extremes | null): number | null {
  return one === null || one.high === 0 ? null : one.low / one.high;
}

function over(values: readonly (number | null)[], choose: (...values: number[]) => number): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : choose(...known);
}

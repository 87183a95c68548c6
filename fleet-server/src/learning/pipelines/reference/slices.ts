import {
  MAX_SLICES,
  SCORE_BINS,
  scoreBinOn,
  type FeatureBins,
  type Reference,
  type ScoreScale,
} from '@plumbline/shared/drift';
import type { ReferenceRow } from './describe-rows.ts';

type Slice = NonNullable<Reference['slices']>[number];

/** Fewer rows say nothing of a slice. */
const LEAST_ROWS = 30;
/** Of one feature, so that no feature takes all places. */
const MOST_LEVELS = 6;
const LONGEST = { feature: 128, level: 256, name: 256 };

/**
 * Slices that devices count by themselves: levels of categories, commonest first, whole features at a time, those with few
 * levels before those with many, at most 16. What follows the calendar is no slice; what is private has no bins to come from.
 * @param scores one per row
 */
export function slicesOf(
  bins: readonly FeatureBins[],
  rows: readonly ReferenceRow[],
  scores: ArrayLike<number>,
  scale: ScoreScale,
): Slice[] {
  const features = bins
    .filter(({ type, seasonal }) => type === 'category' && seasonal !== true)
    .map(({ name }) => ({ name, levels: levelsOf(name, rows) }))
    // One level has no others to be held against.
    .filter(({ levels }) => levels.length > 1)
    .toSorted((a, b) => a.levels.length - b.levels.length || (a.name < b.name ? -1 : 1));
  const slices: Slice[] = [];
  for (const { name, levels } of features) {
    const places = MAX_SLICES - slices.length;
    if (places < 2) break;
    for (const level of levels.slice(0, places)) slices.push(sliceOf(name, level, rows, scores, scale));
  }
  return slices;
}

function levelsOf(name: string, rows: readonly ReferenceRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { values } of rows) {
    const level = values[name];
    if (typeof level === 'string' && level !== '') counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return [...counts]
    .filter(([level, count]) => count >= LEAST_ROWS && fits(name, level))
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level);
}

function fits(feature: string, level: string): boolean {
  const name = nameOf(feature, level);
  return feature.length <= LONGEST.feature && level.length <= LONGEST.level && name.length <= LONGEST.name;
}

function nameOf(feature: string, level: string): string {
  return `${feature}: ${level}`;
}

function sliceOf(
  feature: string,
  level: string,
  rows: readonly ReferenceRow[],
  scores: ArrayLike<number>,
  scale: ScoreScale,
): Slice {
  const score = Array<number>(SCORE_BINS).fill(0);
  const slice = { name: nameOf(feature, level), feature, level, rows: 0, positive: 0, score };
  for (const [at, row] of rows.entries()) {
    if (row.values[feature] !== level) continue;
    slice.rows += 1;
    slice.positive += row.label;
    const bin = scoreBinOn(scale, scores[at] ?? Number.NaN);
    if (bin !== undefined) score[bin] = (score[bin] ?? 0) + 1;
  }
  return slice;
}

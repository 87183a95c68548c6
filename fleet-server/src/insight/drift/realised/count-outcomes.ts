import { scoreBin, SCORE_BINS, type LabelCounts, type Reference, type SliceConfusion } from '@plumbline/shared/drift';
import type { Matured } from '../../telemetry/index.ts';

/** Outcomes by score bin; in time is negative, late is positive. */
export function countLabels(matured: readonly Matured[]): LabelCounts {
  const counts = { negative: zeros(), positive: zeros() };
  for (const { score, label } of matured) {
    const bin = scoreBin(score);
    const into = label === 1 ? counts.positive : counts.negative;
    into[bin] = (into[bin] ?? 0) + 1;
  }
  return counts;
}

export function isWrong({ score, label }: Matured, threshold: number): boolean {
  return score >= threshold !== (label === 1);
}

/** Confusion of each slice of the reference, added to what was counted of it before. */
export function countSlices(
  { slices = [] }: Pick<Reference, 'slices'>,
  matured: readonly Matured[],
  threshold: number,
  before: readonly SliceConfusion[] = [],
): SliceConfusion[] {
  return slices.map(({ name, feature, level }) => {
    const known = before.find((one) => one.name === name) ?? { tp: 0, fp: 0, tn: 0, fn: 0 };
    const { tp, fp, tn, fn } = known;
    const slice: SliceConfusion = { name, feature, tp, fp, tn, fn };
    for (const { values, score, label } of matured) {
      const value = values[feature];
      if (value === null || value === undefined || String(value) !== level) continue;
      const isSelected = score >= threshold;
      if (label === 1) slice[isSelected ? 'tp' : 'fn'] += 1;
      else slice[isSelected ? 'fp' : 'tn'] += 1;
    }
    return slice;
  });
}

function zeros(): number[] {
  return Array<number>(SCORE_BINS).fill(0);
}

import type { FeatureBins } from '../bins.ts';
import type { FeatureCounts, QualityFinding, QualityRule } from './feature-counts.ts';
import { judgeMissing, judgeRange, judgeStuck } from './counts.ts';
import { judgeRenamed } from './renamed.ts';
import { judgeUnit } from './unit.ts';

/**
 * Faults of the data, told apart from a change of the world: a value that stays, another unit, a level that has another
 * name, values that are missing, values never seen. Each needs to be sure (`alpha`) and large. What explains another is
 * said alone: a changed unit lies out of range too.
 */
export function qualityOf(
  bins: FeatureBins,
  reference: FeatureCounts,
  window: FeatureCounts,
  rule: QualityRule,
): QualityFinding[] {
  const missing = judgeMissing(bins, reference, window, rule);
  if (bins.type === 'category') {
    return [missing, judgeRenamed(bins, reference, window, rule)].filter((one) => one !== undefined);
  }
  const cause = judgeStuck(bins, reference, window, rule) ?? judgeUnit(bins, reference, window, rule);
  return [missing, cause ?? judgeRange(bins, reference, window, rule)].filter((one) => one !== undefined);
}

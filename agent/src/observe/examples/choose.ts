import { binOf, type FeatureBins } from '@plumbline/shared/drift';
import type { FeatureValue, Manifest } from '@plumbline/shared/manifest';
import type { CountedBins } from '../windows/shareable-bins.ts';

export type Why = 'uncertain' | 'disagrees' | 'outside';

const DEFAULT_THRESHOLD = 0.5;

/**
 * Whether a record would teach something, and why: one of its values lies outside everything the reference holds, or its
 * score is as near to the threshold as that. A value is never uncertain: it has no threshold.
 * @param nearness distance of the score from the threshold, 0…1
 */
export function whyHard(
  output: Manifest['output'],
  { bins, support }: CountedBins,
  values: Readonly<Record<string, FeatureValue>>,
  score: number,
  nearness: number,
): Why | undefined {
  if (bins.some((one) => isOutside(one, values[one.name], support[one.name]))) return 'outside';
  if (output.kind !== 'classes' || nearness <= 0) return undefined;
  return Math.abs(score - (output.threshold ?? DEFAULT_THRESHOLD)) <= nearness ? 'uncertain' : undefined;
}

function isOutside(
  bins: FeatureBins,
  value: FeatureValue | undefined,
  support: { low: number; high: number } | undefined,
): boolean {
  if (bins.type === 'category') return typeof value === 'string' && binOf(bins, value) === bins.levels.length + 1;
  return typeof value === 'number' && support !== undefined && (value < support.low || value > support.high);
}

import { derivedName } from '../activity/derive/index.ts';
import type { Reference } from '../drift/reference.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Feature, FeatureValue } from '../manifest/feature.ts';
import type { ActivityRecord } from '../manifest/record.ts';
import type { Reason } from '../wire/rows.ts';
import { valueOf } from './place.ts';
import { shareableFeatures } from './shareable.ts';

/** One question per feature: what would the model say if this value were the typical one? */
export interface Occlusion {
  features: Feature[];
  records: ActivityRecord[];
}

/**
 * Reasons by occlusion, for any model: each value in turn is replaced by the typical one of the training data.
 * Only features whose value differs from the typical one are asked about, and none that is private: reasons are sent.
 */
export function occlude(manifest: Pick<Manifest, 'inputs'>, of: Reference, record: ActivityRecord): Occlusion {
  const typical = new Map(of.features.map((one) => [one.bins.name, one.typical]));
  const features: Feature[] = [];
  const records: ActivityRecord[] = [];
  for (const feature of shareableFeatures(manifest)) {
    const replacement = typical.get(feature.name);
    if (replacement === undefined) continue;
    if (replacement === null && feature.missing === 'refuse') continue;
    if (valueOf(feature, record) === replacement) continue;
    features.push(feature);
    records.push(withValue(record, feature, replacement));
  }
  return { features, records };
}

function withValue(record: ActivityRecord, { from }: Feature, value: FeatureValue): ActivityRecord {
  if ('column' in from) return { ...record, values: { ...record.values, [from.column]: value } };
  return { ...record, derived: { ...record.derived, [derivedName(from)]: value } };
}

/**
 * The `top` features whose value moves the score most, ties by name. Approximate: effects of values together are not told apart.
 * @param scores the model's answers to `occlusion.records`, in order
 */
export function reasonsOf(
  occlusion: Occlusion,
  record: ActivityRecord,
  score: number,
  scores: readonly number[],
  top = 3,
): Reason[] {
  return occlusion.features
    .map((feature, i) => ({
      feature: feature.name,
      value: valueOf(feature, record),
      contribution: score - (scores[i] ?? score),
      approximate: true,
    }))
    .filter((one) => Math.abs(one.contribution) > 1e-9)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || (a.feature < b.feature ? -1 : 1))
    .slice(0, top);
}

import type { ActivityRecord } from '../manifest/record.ts';
import type { FeatureValue } from '../manifest/feature.ts';

/**
 * The catalogue of derived features: one derivation for training, gateway and tablet.
 * A published derivation (`id@version`) never changes; a better one gets the next version.
 */
export const DERIVATIONS: Readonly<Record<string, (record: ActivityRecord) => FeatureValue>> = {
  /** Month of the moment the prediction is for, 1–12, UTC. */
  'as-of-month@1': (record) => new Date(record.asOf).getUTCMonth() + 1,
  /** Day of the week of the moment the prediction is for, 1 = Monday … 7 = Sunday, UTC. */
  'as-of-weekday@1': (record) => ((new Date(record.asOf).getUTCDay() + 6) % 7) + 1,
};

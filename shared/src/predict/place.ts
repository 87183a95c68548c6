import { DERIVATIONS } from '../activity/derive.ts';
import type { Feature, FeatureValue } from '../manifest/feature.ts';
import type { ActivityRecord } from '../manifest/record.ts';
import { PredictError } from './errors.ts';

/**
 * The value of a feature in a record. `null` is missing.
 * @throws PredictError `value_missing` where the model refuses that, `value_type`, `derivation_unknown`; the field is `values.<column>`.
 */
export function valueOf(feature: Feature, record: ActivityRecord): FeatureValue {
  const value = rawValue(feature, record);
  if (value === null || value === undefined || value === '') {
    if (feature.missing === 'accept') return null;
    const field = fieldOf(feature);
    throw new PredictError('value_missing', `${field}: the model needs a value`, { field, expected: feature.type });
  }
  if (feature.type === 'number' ? typeof value !== 'number' || !Number.isFinite(value) : typeof value !== 'string') {
    const field = fieldOf(feature);
    const expected = feature.type === 'number' ? `a number${feature.unit ? ` (${feature.unit})` : ''}` : 'a string';
    throw new PredictError('value_type', `${field}: ${JSON.stringify(value)} is not ${expected}`, { field, expected });
  }
  return value;
}

function fieldOf({ from }: Feature): string {
  return 'column' in from ? `values.${from.column}` : from.derived;
}

function rawValue(feature: Feature, record: ActivityRecord): FeatureValue | undefined {
  if ('column' in feature.from) {
    return Object.hasOwn(record.values, feature.from.column) ? record.values[feature.from.column] : undefined;
  }
  const derive = DERIVATIONS[feature.from.derived];
  if (derive !== undefined) return derive(record);
  throw new PredictError('derivation_unknown', `${feature.from.derived}: not in this agent's catalogue`, {
    kind: 'refused',
    field: feature.from.derived,
  });
}

/** The values of all features by name: what windows count and reasons show. */
export function valuesOf(features: Feature[], record: ActivityRecord): Record<string, FeatureValue> {
  return Object.fromEntries(features.map((feature) => [feature.name, valueOf(feature, record)]));
}

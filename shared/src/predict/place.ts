import { DERIVATIONS, derivedName, deriveValues } from '../activity/derive/index.ts';
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
    // Messages reach logs and bundles of diagnostics.
    const said = feature.private === true ? 'a private value' : JSON.stringify(value);
    throw new PredictError('value_type', `${field}: ${said} is not ${expected}`, { field, expected });
  }
  return value;
}

function fieldOf({ from }: Feature): string {
  return 'column' in from ? `values.${from.column}` : derivedName(from);
}

function rawValue(feature: Feature, record: ActivityRecord): FeatureValue | undefined {
  if ('column' in feature.from) {
    return Object.hasOwn(record.values, feature.from.column) ? record.values[feature.from.column] : undefined;
  }
  const { from } = feature;
  if (!Object.hasOwn(DERIVATIONS, from.derived)) {
    throw new PredictError('derivation_unknown', `${from.derived}: not in this agent's catalogue`, {
      kind: 'refused',
      field: from.derived,
    });
  }
  const name = derivedName(from);
  // What was derived when the record was asked about stands; without a history only the calendar is known.
  const derived = record.derived ?? {};
  return Object.hasOwn(derived, name) ? derived[name] : deriveValues([from], record)[name];
}

/** The values of all features by name: what windows count and reasons show. */
export function valuesOf(features: Feature[], record: ActivityRecord): Record<string, FeatureValue> {
  return Object.fromEntries(features.map((feature) => [feature.name, valueOf(feature, record)]));
}

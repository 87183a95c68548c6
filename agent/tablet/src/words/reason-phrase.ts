import { featureKey, plainName } from '../risk/feature-key.ts';
import { isNumberFeature, isTextFeature } from './feature-words.ts';
import type { Words } from './words.ts';

interface Reason {
  feature: string;
  value: number | string | null;
}

/** One reason in the words of the trade: "due in 3 days", "2 activities before it late", "crew plan is B". */
export function reasonPhrase({ feature, value }: Reason, words: Words): string {
  const key = featureKey(feature);
  if (value === null) return words.reasons.unknown(featureLabel(feature, words));
  if (typeof value === 'number' && isNumberFeature(key)) {
    return words.features[key].says(Math.round(value * 100) / 100, words.format);
  }
  if (typeof value === 'string' && isTextFeature(key)) return words.features[key].says(value);
  const said = typeof value === 'number' ? words.format.number(value) : value;
  return words.reasons.plain(plainName(feature), said);
}

export function featureLabel(feature: string, { features }: Words): string {
  const key = featureKey(feature);
  if (isNumberFeature(key) || isTextFeature(key)) return features[key].label;
  const name = plainName(feature);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

import type { Feature } from '@plumbline/shared/manifest';
import { DatasetError } from '../errors.ts';

/** Of one column; what the manifest of a model takes. */
const MAX_CATEGORIES = 4096;

/**
 * The features of two datasets that are put together, in the order of the first: same names, types, units and origins.
 * @param named how both are called in a message
 * @throws DatasetError `dataset_columns`
 */
export function joinFeatures(
  first: readonly Feature[],
  other: readonly Feature[],
  named: { first: string; other: string },
): Feature[] {
  const theirs = new Map(other.map((feature) => [feature.name, feature]));
  const strange = other.find(({ name }) => !first.some((one) => one.name === name));
  if (strange !== undefined) throw differing(strange.name, kindOf(undefined), kindOf(strange), named);
  return first.map((mine) => {
    const feature = theirs.get(mine.name);
    if (feature === undefined || kindOf(mine) !== kindOf(feature)) {
      throw differing(mine.name, kindOf(mine), kindOf(feature), named);
    }
    return joined(mine, feature);
  });
}

function joined(mine: Feature, theirs: Feature): Feature {
  const { range: _range, categories: _categories, missing: _missing, ...same } = mine;
  const categories = [...new Set([...(mine.categories ?? []), ...(theirs.categories ?? [])])];
  if (categories.length > MAX_CATEGORIES) {
    throw new DatasetError('dataset_columns', `'${mine.name}' has ${categories.length} levels in both together`, {
      kind: 'refused',
      field: mine.name,
      expected: `at most ${MAX_CATEGORIES} levels`,
    });
  }
  return {
    ...same,
    ...(mine.private === true || theirs.private === true ? { private: true } : {}),
    ...(mine.range && theirs.range
      ? { range: [Math.min(mine.range[0], theirs.range[0]), Math.max(mine.range[1], theirs.range[1])] }
      : {}),
    // Levels that one of them does not list could be any.
    ...(mine.categories && theirs.categories ? { categories } : {}),
    missing: mine.missing === 'refuse' && theirs.missing === 'refuse' ? 'refuse' : 'accept',
  };
}

/** All that must be the same, in words. */
function kindOf(feature: Feature | undefined): string {
  if (feature === undefined) return 'not there';
  const { type, unit, from } = feature;
  const origin = 'column' in from ? `column ${from.column}` : `${from.derived}${from.of ? ` of ${from.of}` : ''}`;
  return `${type}${unit === undefined ? '' : ` in ${unit}`} from ${origin}`;
}

function differing(column: string, mine: string, theirs: string, named: { first: string; other: string }) {
  const message = `'${column}' is ${mine} in ${named.first} and ${theirs} in ${named.other}`;
  return new DatasetError('dataset_columns', message, {
    kind: 'refused',
    field: column,
    expected: 'the same columns with the same types',
  });
}

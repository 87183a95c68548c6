import {
  DERIVATIONS,
  derivedName,
  derivedSources,
  deriveValues,
  KIND_COLUMN,
  parseDerived,
} from '@plumbline/shared/activity';
import type { ActivityRecord, DerivedSource, Feature, FeatureValue } from '@plumbline/shared/manifest';
import type { Dataset, Example } from '../dataset.ts';
import { datasetVersion } from '../version.ts';
import { DerivedError } from './errors.ts';
import {
  activityOfReader,
  columnsOf,
  historiesOfRows,
  refOf,
  type ActivityOf,
  type SiteHistories,
} from './site-histories.ts';

/** Longest name of a feature. */
const MAX_NAME = 128;

export interface DeriveOptions {
  /** What each site knew; by default what the rows themselves tell. */
  histories?: SiteHistories;
  /** Where several rows are about one activity; by default what the dataset's reader says, else a row is one. */
  activityOf?: ActivityOf;
}

/**
 * The dataset with derived columns: each value is what a device of that site would have derived at the row's `startAt`,
 * by the same function. The version changes with it, and the lineage says from what.
 * @param names `id@version`, or `id@version:column` where the derivation compares work of one kind
 * @throws DerivedError `derivation_unknown`, `derivation_column`, `derivation_repeated`
 */
export function deriveFeatures(dataset: Dataset, names: readonly string[], options: DeriveOptions = {}): Dataset {
  if (names.length === 0) return dataset;
  const { activityOf = activityOfReader(dataset.reader), histories = historiesOfRows(dataset, activityOf) } = options;
  const added = names.map((name, place) => featureOf(dataset, names, place, sourceOf(name, place)));
  const features = [...dataset.features, ...added];
  const examples = fillDerived(dataset.examples, features, histories, { sources: derivedSources(added), activityOf });
  const { name, version, target, split } = dataset;
  return {
    ...dataset,
    features,
    examples,
    version: datasetVersion({ target, split, features, examples }),
    derivedFrom: [{ dataset: `${name}@${version}`, operation: `derived ${names.join(', ')}` }],
  };
}

/**
 * Rows with the derived values that these features ask for, as known at each row's `startAt`.
 * @param options which of them, all by default
 */
export function fillDerived(
  examples: readonly Example[],
  features: readonly Feature[],
  histories: SiteHistories,
  options: { sources?: readonly DerivedSource[]; activityOf?: ActivityOf } = {},
): Example[] {
  const { sources = derivedSources(features), activityOf = refOf } = options;
  if (sources.length === 0) return [...examples];
  return examples.map((example) => {
    const record = { activity: activityOf(example), asOf: example.startAt, values: columnsOf(example, features) };
    return { ...example, values: { ...example.values, ...deriveValues(sources, record, histories(example.site)) } };
  });
}

/**
 * The record a device would have been asked with: derived values stand by themselves, as they came out for the row.
 * Features that `deriveFeatures` made are named as what they come from.
 */
export function recordOf({ ref, startAt, values }: Example): ActivityRecord {
  let derived: Record<string, FeatureValue> | undefined;
  for (const [name, value] of Object.entries(values)) {
    if (name.includes('@') && parseDerived(name) !== undefined) derived = { ...derived, [name]: value };
  }
  return { activity: ref, values, asOf: startAt, ...(derived !== undefined && { derived }) };
}

function sourceOf(name: string, place: number): DerivedSource {
  const source = parseDerived(name);
  if (source !== undefined && name.length <= MAX_NAME) return source;
  throw new DerivedError('derivation_unknown', `derive[${place}]: ${JSON.stringify(name)} is not in the catalogue`, {
    field: `derive[${place}]`,
    expected: Object.entries(DERIVATIONS)
      .map(([id, { ofKind }]) => (ofKind ? `${id}[:column]` : id))
      .join(' | '),
  });
}

function featureOf(dataset: Dataset, names: readonly string[], place: number, source: DerivedSource): Feature {
  const name = derivedName(source);
  const field = `derive[${place}]`;
  if (names.indexOf(name) !== place || dataset.features.some((feature) => feature.name === name)) {
    const expected = 'each derived feature once';
    throw new DerivedError('derivation_repeated', `${field}: there is a feature ${name} already`, { field, expected });
  }
  const { unit, seasonal, ofKind } = DERIVATIONS[source.derived]!;
  const kind = ofKind ? kindColumnOf(dataset, source.of ?? KIND_COLUMN, field) : undefined;
  return {
    name,
    type: 'number',
    ...(unit === undefined ? {} : { unit }),
    missing: 'accept',
    ...(seasonal === true ? { seasonal } : {}),
    // What is derived of a private column tells of it.
    ...(kind?.private === true ? { private: true } : {}),
    from: source,
  };
}

/** A column that no device is given would leave the derivation missing everywhere. */
function kindColumnOf({ features }: Dataset, column: string, field: string): Feature {
  const found = features.find(({ from }) => 'column' in from && from.column === column);
  if (found?.type === 'category') return found;
  const categories = features.flatMap(({ type, from }) => (type === 'category' && 'column' in from ? from.column : []));
  const what = found === undefined ? 'is not in the dataset' : 'holds numbers';
  throw new DerivedError('derivation_column', `${field}: the column ${column} ${what}`, {
    field,
    expected: categories.length > 0 ? `:${categories.join(' | :')}` : 'a dataset with a category',
  });
}

import type { Feature, GraphInput } from '@plumbline/shared/manifest';
import { ModelError } from '../../supply/models/index.ts';
import type { Dataset, Example } from '../datasets/index.ts';

/**
 * The inputs of a mapping with what a dataset knows of their columns: unit, range, season, privacy. What the mapping
 * says itself stays.
 * @throws ModelError `model_input_unknown` for a column that the dataset lacks, `model_input_differs` where types,
 * categories or missing values contradict each other; the field is `inputs.<input>.<feature>`
 */
export function matchFeatures(inputs: readonly GraphInput[], dataset: Dataset): GraphInput[] {
  const known = new Map(dataset.features.map((feature) => [columnOf(feature), feature]));
  return inputs.map((input) => {
    if (input.kind === 'tensor') {
      find(known, input.column, `inputs.${input.name}`);
      return input;
    }
    const features = input.features.map((feature) => {
      if ('derived' in feature.from) return feature;
      const field = `inputs.${input.name}.${feature.name}`;
      const own = find(known, feature.from.column, field);
      requireAgreement(feature, own, dataset.examples, field);
      return withKnown(feature, own);
    });
    return { ...input, features };
  });
}

/** Values by column, as a device is given them. */
export function valuesByColumn(example: Example, features: readonly Feature[]): Example['values'] {
  return Object.fromEntries(features.map((feature) => [columnOf(feature), example.values[feature.name] ?? null]));
}

function columnOf({ name, from }: Feature): string {
  return 'column' in from ? from.column : name;
}

function withKnown(feature: Feature, own: Feature): Feature {
  const { unit, range, seasonal } = own;
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(range === undefined ? {} : { range }),
    ...(seasonal === undefined ? {} : { seasonal }),
    ...feature,
    // A column that one of them calls private is private.
    ...(own.private === true ? { private: true } : {}),
  };
}

function find(known: Map<string, Feature>, column: string, field: string): Feature {
  const feature = known.get(column);
  if (feature !== undefined) return feature;
  throw new ModelError('model_input_unknown', `${field}: the dataset has no column ${column}`, {
    field,
    expected: [...known.keys()].join(' | '),
  });
}

function requireAgreement(feature: Feature, own: Feature, examples: readonly Example[], field: string): void {
  if (feature.type !== own.type) {
    throw differs(field, `is a ${feature.type} in the mapping and a ${own.type} in the dataset`, own.type);
  }
  if (feature.unit !== undefined && own.unit !== undefined && feature.unit !== own.unit) {
    throw differs(field, `is in ${feature.unit} in the mapping and in ${own.unit} in the dataset`, own.unit);
  }
  const values = examples.map((example) => example.values[own.name] ?? null);
  const gaps = values.filter((value) => value === null || value === '').length;
  if (feature.missing === 'refuse' && gaps > 0) {
    throw differs(field, `must not be missing, and is in ${gaps} rows of the dataset`, 'missing: accept');
  }
  const { categories } = feature;
  if (categories === undefined) return;
  const strange = values.find((value) => typeof value === 'string' && value !== '' && !categories.includes(value));
  if (strange === undefined) return;
  throw differs(
    field,
    `has the category ${JSON.stringify(strange)} in the dataset`,
    categories.slice(0, 20).join(' | '),
  );
}

function differs(field: string, what: string, expected: string): ModelError {
  return new ModelError('model_input_differs', `${field} ${what}`, { field, expected });
}

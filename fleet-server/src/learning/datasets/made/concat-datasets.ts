import type { Feature } from '@plumbline/shared/manifest';
import { requireLearnable } from '../assemble.ts';
import type { Dataset, Example } from '../dataset.ts';
import { DatasetError } from '../errors.ts';
import { datasetVersion } from '../version.ts';
import { joinFeatures } from './join-features.ts';

export interface JoinedDataset {
  dataset: Dataset;
  /** Rows that stood in several of the parts, word for word, and stand there once now. */
  repeated: number;
}

/** As many as a dataset may have that is sent to the server. */
const MAX_ROWS = 1_000_000;

/**
 * The rows of several datasets as one. They must say the same thing of the same columns: same target, same way to split,
 * same features with type, unit and origin; levels and ranges are put together.
 * @throws DatasetError `dataset_columns` naming the column and both types, `dataset_target`, `dataset_conflict` when one
 * activity has different rows, `dataset_too_large`, `dataset_same`, `too_few_rows`, `one_class`
 */
export function concatDatasets(parts: readonly Dataset[], name: string): JoinedDataset {
  const [first, ...others] = parts;
  if (first === undefined || new Set(parts.map(({ version }) => version)).size < Math.max(2, parts.length)) {
    throw new DatasetError('dataset_same', 'there are no two different datasets to put together', {
      field: 'datasets',
      expected: 'two versions or more, each once',
    });
  }
  for (const other of others) requireSameMeaning(first, other);
  const features = others.reduce<Feature[]>(
    (joined, other) => joinFeatures(joined, other.features, { first: titleOf(first), other: titleOf(other) }),
    first.features,
  );
  const { examples, repeated } = joinRows(parts, features);
  requireLearnable(examples);
  const { target, split } = first;
  const counts = { kept: examples.length, ...(repeated > 0 && { repeated }) };
  const made = { name, target, split, features, examples, rejected: [], counts };
  const readers = new Set(parts.map(({ reader }) => reader));
  return {
    dataset: {
      ...made,
      version: datasetVersion(made),
      reader: readers.size === 1 ? first.reader : 'several',
      sources: [...new Map(parts.flatMap(({ sources }) => sources).map((one) => [one.sha256, one])).values()],
      ...labelColumnsOf(parts),
      derivedFrom: parts.map((part) => ({
        dataset: `${part.name}@${part.version}`,
        operation: `concat: ${part.examples.length} rows`,
      })),
    },
    repeated,
  };
}

function requireSameMeaning(first: Dataset, other: Dataset): void {
  for (const field of ['target', 'split'] as const) {
    if (first[field] === other[field]) continue;
    const message = `the ${field} of ${titleOf(first)} is '${first[field]}', of ${titleOf(other)} '${other[field]}'`;
    throw new DatasetError('dataset_target', message, { kind: 'refused', field, expected: `the same ${field}` });
  }
}

/** In the order of time, each activity once. */
function joinRows(parts: readonly Dataset[], features: readonly Feature[]) {
  const total = parts.reduce((sum, { examples }) => sum + examples.length, 0);
  if (total > MAX_ROWS) {
    throw new DatasetError('dataset_too_large', `together they have ${total} rows`, {
      kind: 'too-large',
      field: 'datasets',
      expected: `at most ${MAX_ROWS} rows`,
    });
  }
  const names = features.map((feature) => feature.name);
  const rows = new Map<string, { example: Example; part: Dataset }>();
  let repeated = 0;
  for (const part of parts) {
    for (const example of part.examples) {
      const known = rows.get(example.ref);
      if (known === undefined) rows.set(example.ref, { example, part });
      else if (textOf(known.example, names) === textOf(example, names)) repeated += 1;
      else throw conflict(example.ref, known.part, part);
    }
  }
  const examples = [...rows.values()]
    .map(({ example }) => example)
    .toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  return { examples, repeated };
}

function textOf(example: Example, names: readonly string[]): string {
  const { site, group, startAt, dueAt, knownAt, label, delayDays, values } = example;
  return JSON.stringify([
    site,
    group,
    startAt,
    dueAt,
    knownAt,
    label,
    delayDays,
    names.map((name) => values[name] ?? null),
  ]);
}

function conflict(ref: string, first: Dataset, other: Dataset): DatasetError {
  const where = first === other ? `${titleOf(first)} twice` : `${titleOf(first)} and ${titleOf(other)}`;
  return new DatasetError('dataset_conflict', `'${ref}' is in ${where}, and its rows differ`, {
    kind: 'refused',
    field: ref,
    expected: 'every activity once, or the same row everywhere',
  });
}

function labelColumnsOf(parts: readonly Dataset[]): { labelColumns?: string[] } {
  const columns = [...new Set(parts.flatMap(({ labelColumns = [] }) => labelColumns))];
  return columns.length > 0 ? { labelColumns: columns } : {};
}

function titleOf({ name, version }: Dataset): string {
  return `${name}@${version.slice(0, 16)}`;
}

import { createHash } from 'node:crypto';
import type { Dataset } from './dataset.ts';
import { DatasetError } from './errors.ts';
import type { Feature } from '@plumbline/shared/manifest';

/**
 * SHA-256 (hex) over target, split rule, features and rows. The order of rows and files, the names of files and
 * datasets and the rejects do not change it; any value, label, time or feature does.
 */
export function datasetVersion(dataset: Pick<Dataset, 'target' | 'split' | 'features' | 'examples'>): string {
  const names = dataset.features.map((feature) => feature.name);
  const rows = dataset.examples.map((example) => {
    const { ref, site, group, startAt, dueAt, knownAt, label, delayDays, values } = example;
    return JSON.stringify([
      ref,
      startAt,
      site,
      group,
      dueAt,
      knownAt,
      label,
      names.map((name) => values[name] ?? null),
      // Only where it is known: versions from before there was one keep their hash.
      ...(delayDays === undefined ? [] : [delayDays]),
    ]);
  });
  const hash = createHash('sha256');
  hash.update(JSON.stringify(['plumbline-dataset', 1, dataset.target, dataset.split]));
  for (const feature of dataset.features) hash.update('\n' + canonicalFeature(feature));
  for (const row of rows.toSorted()) hash.update('\n' + row);
  return hash.digest('hex');
}

/** A version that came from elsewhere is that of its rows. @throws DatasetError `dataset_version` */
export function requireVersion(stated: string, expected: string): void {
  if (stated === expected) return;
  throw new DatasetError('dataset_version', `version ${stated} is not that of these rows`, {
    field: 'version',
    expected,
  });
}

/** Arrays in a fixed order: an object's key order is an accident. */
function canonicalFeature(feature: Feature): string {
  const { name, type, unit, range, categories, missing, from } = feature;
  const source = 'column' in from ? ['column', from.column] : ['derived', from.derived];
  return JSON.stringify([
    name,
    type,
    unit ?? null,
    range ?? null,
    categories ?? null,
    missing,
    feature.private ?? false,
    source,
  ]);
}

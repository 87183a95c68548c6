import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { and, datasets, eq, like, type Database } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import type { Dataset } from '../dataset.ts';
import { DatasetError } from '../errors.ts';

/** `NAME@VERSION`; of the version its first eight digits are enough. */
const REFERENCE = /^(.+)@([0-9a-z]{1,64})$/;
const SHORTEST_PREFIX = 8;
const unpack = promisify(gunzip);
const MAX_DATASET_BYTES = 2 ** 30;
const SHOWN_VERSIONS = 10;

export type KeptRow = typeof datasets.$inferSelect;

/**
 * What the database says of one version, found by `NAME@VERSION`.
 * @throws DatasetError `dataset_reference`, `dataset_unknown` with the versions there are
 */
export async function findDataset(database: Database, reference: string): Promise<KeptRow> {
  const [, name, version] = REFERENCE.exec(reference) ?? [];
  if (name === undefined || version === undefined) {
    throw new DatasetError('dataset_reference', `${reference} names no version of a dataset`, {
      field: 'dataset',
      expected: 'NAME@VERSION, of the version at least its first eight digits',
    });
  }
  const matching =
    version.length < SHORTEST_PREFIX ? eq(datasets.version, version) : like(datasets.version, `${version}%`);
  const found = await database.db
    .select()
    .from(datasets)
    .where(and(eq(datasets.name, name), matching))
    .limit(2);
  const [only, another] = found;
  if (only === undefined || another !== undefined) throw await unknown(database, reference, name, found.length);
  return only;
}

/** The rows of a registered dataset. @throws what `findDataset` throws; ArtifactError */
export async function loadDataset(
  deps: { database: Database; artifacts: ArtifactStore },
  reference: string,
): Promise<Dataset> {
  const { artifact } = await findDataset(deps.database, reference);
  const json = await unpack(await deps.artifacts.get(artifact), { maxOutputLength: MAX_DATASET_BYTES });
  // Written by `registerDataset`, and the store verifies its hash.
  return JSON.parse(json.toString('utf8')) as Dataset;
}

async function unknown(database: Database, reference: string, name: string, found: number): Promise<DatasetError> {
  const versions = await database.db
    .select({ version: datasets.version })
    .from(datasets)
    .where(eq(datasets.name, name))
    .limit(SHOWN_VERSIONS);
  const known = versions.map(({ version }) => `${name}@${version.slice(0, 16)}`).join(' | ');
  const what = found > 1 ? 'is the beginning of several versions' : 'is not registered';
  return new DatasetError('dataset_unknown', `dataset ${reference} ${what}`, {
    kind: 'not-found',
    field: 'dataset',
    expected: known === '' ? `a registered dataset; there is none called ${name}` : known,
  });
}

import { asc, datasetParents, datasets, desc, eq, inArray, type ReadDb } from '../../../platform/db/index.ts';
import type { Dataset, Parent } from '../dataset.ts';
import { DatasetError } from '../errors.ts';
import type { QualityReport } from '../quality/index.ts';
import type { DatasetSummary } from '../summary.ts';
import type { KeptRow } from './load.ts';

export interface DatasetHead {
  name: string;
  version: string;
  reader: string;
  readerVersion: number | null;
  rows: number;
  rejected: number;
  createdAt: number;
  createdBy: string | null;
  derivedFrom: Parent[];
}

export interface DatasetRecord extends DatasetHead {
  sources: Dataset['sources'];
  summary: DatasetSummary;
  /** null of versions from before there was a report. */
  quality: QualityReport | null;
  /** Versions that were made from this one. */
  ledTo: Parent[];
}

const COLUMNS = {
  name: datasets.name,
  version: datasets.version,
  reader: datasets.reader,
  readerVersion: datasets.readerVersion,
  rows: datasets.rows,
  rejected: datasets.rejected,
  createdAt: datasets.createdAt,
  createdBy: datasets.createdBy,
};

/** All registered versions, newest first, at most `limit`. */
export async function listDatasets(db: ReadDb, limit = 500): Promise<DatasetHead[]> {
  const rows = await db
    .select(COLUMNS)
    .from(datasets)
    .orderBy(desc(datasets.createdAt), asc(datasets.version))
    .limit(limit);
  return withParents(db, rows);
}

/** The versions of one name, oldest first. @throws DatasetError `dataset_unknown` */
export async function datasetHistory(db: ReadDb, name: string): Promise<DatasetHead[]> {
  const rows = await db
    .select(COLUMNS)
    .from(datasets)
    .where(eq(datasets.name, name))
    .orderBy(asc(datasets.createdAt), asc(datasets.version));
  if (rows.length > 0) return withParents(db, rows);
  throw new DatasetError('dataset_unknown', `no dataset is called ${name}`, {
    kind: 'not-found',
    field: 'name',
    expected: 'a name that `datasets list` shows',
  });
}

/** All that is known of one version but its rows. */
export async function describeDataset(db: ReadDb, row: KeptRow): Promise<DatasetRecord> {
  const { artifact: _artifact, summary, quality, sources, ...head } = row;
  const [withOwn] = await withParents(db, [head]);
  const children = await db
    .select({ version: datasets.version, name: datasets.name, operation: datasetParents.operation })
    .from(datasetParents)
    .innerJoin(datasets, eq(datasets.version, datasetParents.child))
    .where(eq(datasetParents.parent, `${row.name}@${row.version}`))
    .orderBy(asc(datasets.createdAt));
  return {
    ...withOwn!,
    sources: sources === null ? [] : (JSON.parse(sources) as Dataset['sources']),
    summary: JSON.parse(summary) as DatasetSummary,
    quality: quality === null ? null : (JSON.parse(quality) as QualityReport),
    ledTo: children.map(({ name, version, operation }) => ({ dataset: `${name}@${version}`, operation })),
  };
}

async function withParents(db: ReadDb, heads: Omit<DatasetHead, 'derivedFrom'>[]): Promise<DatasetHead[]> {
  const versions = heads.map(({ version }) => version);
  const parents =
    versions.length === 0 ? [] : await db.select().from(datasetParents).where(inArray(datasetParents.child, versions));
  const byChild = Map.groupBy(parents, ({ child }) => child);
  return heads.map((head) => ({
    ...head,
    derivedFrom: (byChild.get(head.version) ?? []).map(({ parent, operation }) => ({ dataset: parent, operation })),
  }));
}

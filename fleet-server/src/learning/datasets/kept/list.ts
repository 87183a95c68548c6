import {
  and,
  asc,
  cursorOf,
  datasetParents,
  datasets,
  desc,
  eq,
  inArray,
  olderThan,
  pageOfRows,
  type ReadDb,
} from '../../../platform/db/index.ts';
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

/** A page of registered versions, newest first; of one name, or of all. @throws CursorError `cursor_malformed` */
export async function datasetPage(
  db: ReadDb,
  { name }: { name?: string | undefined },
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ datasets: DatasetHead[]; next: string | null }> {
  const { createdAt, version } = datasets;
  const rows = await db
    .select(COLUMNS)
    .from(datasets)
    .where(
      and(name === undefined ? undefined : eq(datasets.name, name), olderThan({ at: createdAt, id: version }, cursor)),
    )
    .orderBy(desc(createdAt), desc(version))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.createdAt, last.version));
  return { datasets: await withParents(db, page), next };
}

/** Every name that a dataset has, in order. */
export async function datasetNames(db: ReadDb): Promise<string[]> {
  const rows = await db.selectDistinct({ name: datasets.name }).from(datasets).orderBy(asc(datasets.name));
  return rows.map(({ name }) => name);
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

import { record } from '../../../platform/audit/index.ts';
import { datasetParents, datasets, eq, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import type { Dataset } from '../dataset.ts';
import { packApart, type Packed } from '../apart/index.ts';
import { requireVersion } from '../version.ts';

export interface DatasetDeps {
  database: Database;
  artifacts: ArtifactStore;
  now: () => number;
}

export interface Registered {
  /** As it was first called: one version has one name. */
  name: string;
  version: string;
  artifact: string;
  /** False where the version was there already; then nothing changed. */
  fresh: boolean;
}

/**
 * Keeps one immutable version of a dataset: its rows as an artifact; summary, quality report, sources and what it was made
 * from in the database. Twice is once.
 */
export async function registerDataset(deps: DatasetDeps, actor: string, dataset: Dataset): Promise<Registered> {
  const [registered] = await registerDatasets(deps, actor, [dataset]);
  return registered!;
}

/**
 * Registers a dataset whose rows came from elsewhere with their version. @throws DatasetError `dataset_version` when it is
 * not that of its rows; then nothing changed
 */
export async function registerSentDataset(
  deps: DatasetDeps,
  actor: string,
  dataset: Dataset,
): Promise<Registered & Pick<Packed, 'summary'>> {
  const packed = await packApart(dataset);
  requireVersion(dataset.version, packed.version);
  const write = await prepare(deps, actor, dataset, packed);
  return { ...(await deps.database.transaction(write)), summary: packed.summary };
}

/** Several versions in one transaction: all of them or none. */
export async function registerDatasets(
  deps: DatasetDeps,
  actor: string,
  given: readonly Dataset[],
): Promise<Registered[]> {
  const writes: ((tx: Db) => Promise<Registered>)[] = [];
  for (const dataset of given) writes.push(await prepare(deps, actor, dataset));
  return deps.database.transaction(async (tx) => {
    const registered: Registered[] = [];
    for (const write of writes) registered.push(await write(tx));
    return registered;
  });
}

/** Everything slow is done, and the rows are stored, before the transaction begins. */
async function prepare(
  deps: DatasetDeps,
  actor: string,
  dataset: Dataset,
  given?: Packed,
): Promise<(tx: Db) => Promise<Registered>> {
  const [known] = await deps.database.db
    .select({ name: datasets.name, artifact: datasets.artifact })
    .from(datasets)
    .where(eq(datasets.version, dataset.version))
    .limit(1);
  if (known !== undefined) return async () => ({ ...known, version: dataset.version, fresh: false });
  const { quality, summary, packed } = given ?? (await packApart(dataset));
  const artifact = await deps.artifacts.put(packed);
  const { name, version, reader, examples, rejected, derivedFrom = [] } = dataset;
  return async (tx) => {
    const written = await tx
      .insert(datasets)
      .values({
        version,
        name,
        reader,
        rows: examples.length,
        rejected: rejected.length,
        artifact,
        summary: JSON.stringify(summary),
        createdAt: deps.now(),
        readerVersion: dataset.readerVersion ?? null,
        sources: JSON.stringify(dataset.sources),
        quality: JSON.stringify(quality),
        createdBy: actor,
      })
      .onConflictDoNothing()
      .returning({ version: datasets.version });
    if (written.length === 0) return { name, version, artifact, fresh: false };
    for (const { dataset: parent, operation } of derivedFrom) {
      await tx.insert(datasetParents).values({ child: version, parent, operation }).onConflictDoNothing();
    }
    await record(tx, {
      actor,
      action: 'datasets.register',
      subject: `dataset:${version}`,
      details: { name, reader, rows: examples.length, artifact, ...(derivedFrom.length > 0 ? { derivedFrom } : {}) },
    });
    await emit(tx, { type: 'dataset.registered', dataset: name, version, rows: examples.length });
    return { name, version, artifact, fresh: true };
  };
}

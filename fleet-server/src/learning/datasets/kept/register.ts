import { gzipSync } from 'node:zlib';
import { record } from '../../../platform/audit/index.ts';
import { datasetParents, datasets, eq, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import type { Dataset } from '../dataset.ts';
import { assessQuality } from '../quality/index.ts';
import { summary } from '../summary.ts';

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
async function prepare(deps: DatasetDeps, actor: string, dataset: Dataset): Promise<(tx: Db) => Promise<Registered>> {
  const [known] = await deps.database.db
    .select({ name: datasets.name, artifact: datasets.artifact })
    .from(datasets)
    .where(eq(datasets.version, dataset.version))
    .limit(1);
  if (known !== undefined) return async () => ({ ...known, version: dataset.version, fresh: false });
  const quality = assessQuality(dataset);
  const artifact = await deps.artifacts.put(gzipSync(JSON.stringify(dataset)));
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
        summary: JSON.stringify(summary(dataset)),
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

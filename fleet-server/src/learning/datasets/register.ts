import { gzipSync } from 'node:zlib';
import { record } from '../../platform/audit/index.ts';
import { datasets, type Database } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import type { Dataset } from './dataset.ts';
import { summary } from './summary.ts';

/** Keeps one immutable version of a dataset: its rows as an artifact, its summary in the database. Twice is once. */
export async function registerDataset(
  deps: { database: Database; artifacts: ArtifactStore; now: () => number },
  actor: string,
  dataset: Dataset,
): Promise<{ version: string; artifact: string }> {
  const artifact = await deps.artifacts.put(gzipSync(JSON.stringify(dataset)));
  await deps.database.transaction(async (tx) => {
    const fresh = await tx
      .insert(datasets)
      .values({
        version: dataset.version,
        name: dataset.name,
        reader: dataset.reader,
        rows: dataset.examples.length,
        rejected: dataset.rejected.length,
        artifact,
        summary: JSON.stringify(summary(dataset)),
        createdAt: deps.now(),
      })
      .onConflictDoNothing()
      .returning({ version: datasets.version });
    if (fresh.length === 0) return;
    await record(tx, {
      actor,
      action: 'datasets.register',
      subject: `dataset:${dataset.version}`,
      details: { name: dataset.name, reader: dataset.reader, rows: dataset.examples.length, artifact },
    });
  });
  return { version: dataset.version, artifact };
}

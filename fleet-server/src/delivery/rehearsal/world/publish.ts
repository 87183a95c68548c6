import { lineRole } from '@plumbline/shared/trust';
import { modelPayloads, modelVariants, modelVersions, type Db } from '../../../platform/db/index.ts';
import { insertMetadata, publishMetadata } from '../../../supply/repository/index.ts';
import type { StandInBundle } from '../release/bundle.ts';
import type { RehearsalKeys } from '../release/desk.ts';
import { signLine, signOffline, type OfflineDocuments } from '../release/documents.ts';
import type { RehearsalServer } from './server.ts';

export interface PublishedVersion {
  version: string;
  counter: number;
  predecessor: string | null;
  bundles: readonly StandInBundle[];
}

/** The image repository of a rehearsal, release by release, as approvers would have published them. */
export interface Repository {
  offline: OfflineDocuments;
  /** Publishes this version beside the earlier ones; with a predecessor, its return ticket takes the next counter. */
  publish(one: PublishedVersion): Promise<void>;
}

export async function openRepository(server: RehearsalServer, keys: RehearsalKeys, line: string): Promise<Repository> {
  const offline = await signOffline(keys, line, server.now());
  const published: PublishedVersion[] = [];
  await server.database.transaction(async (tx) => {
    await insertMetadata(tx, { role: 'root', version: 1, bytes: offline.root });
    await insertMetadata(tx, { role: 'targets', version: 1, bytes: offline.targets });
    await insertMetadata(tx, { role: 'fleet', version: 1, bytes: offline.fleet });
  });
  return {
    offline,
    async publish(one) {
      published.push(one);
      const before = published.find(({ version }) => version === one.predecessor);
      const ticket = before === undefined ? [] : [{ counter: one.counter + 1, bundles: before.bundles }];
      const bytes = await signLine(keys, [...published, ...ticket], { version: published.length, now: server.now() });
      await server.database.transaction(async (tx) => {
        await writeVersion(tx, line, one, server.now());
        await insertMetadata(tx, { role: lineRole(line), version: published.length, bytes });
        await publishMetadata(tx, server);
      });
    },
  };
}

async function writeVersion(tx: Db, line: string, { bundles, ...one }: PublishedVersion, now: number): Promise<void> {
  const at = { line, version: one.version };
  await tx.insert(modelVersions).values({
    ...at,
    counter: one.counter,
    predecessor: one.predecessor,
    state: 'published',
    algorithm: 'linear',
    subject: '{}',
    card: '{}',
    createdAt: now,
    publishedAt: now,
  });
  for (const { manifest, archive, sha256, payload, profiles } of bundles) {
    const { variant, needs, model } = manifest;
    await tx.insert(modelVariants).values({
      ...at,
      variant,
      recipe: variant,
      archive: sha256,
      archiveBytes: archive.length,
      model: model.sha256,
      modelBytes: model.sizeBytes,
      needs: JSON.stringify(needs),
      profiles: JSON.stringify(profiles),
      payloads: JSON.stringify([payload]),
    });
    await tx.insert(modelPayloads).values({ ...at, variant, sha256: payload.sha256 });
  }
}

import type { Reference } from '@plumbline/shared/drift';
import {
  and,
  eq,
  inArray,
  modelVariants,
  modelVersions,
  type Database,
  type telemetry,
} from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { referenceOf } from '../reference.ts';

/** What a window is checked against. */
export interface KnownArchive {
  line: string;
  version: string;
  /** Nothing was counted by it before; ms. */
  releasedAt: number;
  /** Absent: the bundle carries none. */
  reference: Reference | undefined;
}

/** The archives that these rows name, as the registry knows them; opened outside of any transaction. */
export async function archivesOf(
  { database, artifacts }: { database: Database; artifacts: ArtifactStore },
  rows: readonly Pick<typeof telemetry.$inferSelect, 'sha256'>[],
): Promise<Map<string, KnownArchive>> {
  const named = [...new Set(rows.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])))];
  if (named.length === 0) return new Map();
  const known = await database.db
    .select({
      archive: modelVariants.archive,
      line: modelVariants.line,
      version: modelVariants.version,
      releasedAt: modelVersions.createdAt,
    })
    .from(modelVariants)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.line, modelVariants.line), eq(modelVersions.version, modelVariants.version)),
    )
    .where(inArray(modelVariants.archive, named));
  const archives = new Map<string, KnownArchive>();
  for (const { archive, ...one } of known) {
    archives.set(archive, { ...one, reference: await referenceOf(artifacts, archive) });
  }
  return archives;
}

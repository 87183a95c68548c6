import type { Payload } from '@plumbline/shared/trust';
import { eq, modelPayloads, modelVariants, preparedRead, sql, type Db, type ReadDb } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { encodeForWire, WIRE_CODECS } from './wire-codecs.ts';

/** Stores an archive in every form it can travel in, smallest first. */
export async function storePayloads(artifacts: ArtifactStore, archive: Uint8Array): Promise<Payload[]> {
  const encoded = await encodeForWire(archive);
  const payloads: Payload[] = [];
  for (const codec of WIRE_CODECS) {
    const bytes = encoded[codec];
    payloads.push({ codec, length: bytes.length, sha256: await artifacts.put(bytes) });
  }
  return payloads.toSorted((a, b) => a.length - b.length);
}

/** Notes under which hashes the bundles of a version travel. */
export async function recordPayloads(
  tx: Db,
  line: string,
  version: string,
  variants: { variant: string; payloads: Payload[] }[],
): Promise<void> {
  const rows = variants.flatMap(({ variant, payloads }) =>
    payloads.map(({ sha256 }) => ({ sha256, line, version, variant })),
  );
  await tx.insert(modelPayloads).values(rows);
}

const payloadBySha256 = preparedRead<{ sha256: string }, { line: string }>((db) =>
  db
    .select({ line: modelPayloads.line })
    .from(modelPayloads)
    .where(eq(modelPayloads.sha256, sql.placeholder('sha256')))
    .limit(1),
);

/** True for a hash under which a bundle of some version travels: all of the artifacts that devices may ask for. */
export async function isReleasedPayload(db: ReadDb, sha256: string): Promise<boolean> {
  const [row] = await payloadBySha256(db, { sha256 });
  return row !== undefined;
}

/** The versions of a line that hold an archive of this hash as one of their variants. */
export async function versionsOfArchive(
  db: ReadDb,
  sha256: string,
): Promise<{ line: string; version: string; variant: string; archiveBytes: number }[]> {
  const { line, version, variant, archiveBytes } = modelVariants;
  return db
    .select({ line, version, variant, archiveBytes })
    .from(modelVariants)
    .where(eq(modelVariants.archive, sha256));
}

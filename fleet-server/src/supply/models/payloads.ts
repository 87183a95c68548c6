import { promisify } from 'node:util';
import { brotliCompress, constants, deflateRaw } from 'node:zlib';
import { eq } from 'drizzle-orm';
import type { Payload } from '@plumbline/shared/trust';
import { modelPayloads, modelVariants, type Db, type ReadDb } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';

const brotliAsync = promisify(brotliCompress);
const deflateAsync = promisify(deflateRaw);

/**
 * Stores an archive in every form it can travel in, smallest first. Compression runs off the event loop: brotli at its
 * best takes seconds for a megabyte of trees. Deflate is raw (RFC 1951), which every browser inflates.
 */
export async function storePayloads(artifacts: ArtifactStore, archive: Uint8Array): Promise<Payload[]> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: archive.length,
  };
  const encoded = [
    { codec: 'brotli', bytes: await brotliAsync(archive, { params }) },
    { codec: 'deflate', bytes: await deflateAsync(archive, { level: 9 }) },
    { codec: 'none', bytes: archive },
  ] as const;
  const payloads: Payload[] = [];
  for (const { codec, bytes } of encoded) {
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

/** True for a hash under which a bundle of some version travels: all of the artifacts that devices may ask for. */
export async function isReleasedPayload(db: ReadDb, sha256: string): Promise<boolean> {
  const [row] = await db
    .select({ line: modelPayloads.line })
    .from(modelPayloads)
    .where(eq(modelPayloads.sha256, sha256))
    .limit(1);
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

import { sha256Hex } from '@plumbline/shared/trust';
import {
  and,
  asc,
  desc,
  eq,
  preparedRead,
  repositoryMetadata,
  sql,
  timeOf,
  type Db,
  type ReadDb,
} from '../../platform/db/index.ts';

/** A document of the repository, exact bytes. `fleet` is the target `trust/fleet.json` under its own version. */
export interface StoredMetadata {
  role: string;
  version: number;
  sha256: string;
  bytes: Uint8Array;
  createdAt: number;
}

type Row = typeof repositoryMetadata.$inferSelect;

const newestOf = preparedRead<{ role: string }, Row>((db) =>
  db
    .select()
    .from(repositoryMetadata)
    .where(eq(repositoryMetadata.role, sql.placeholder('role')))
    .orderBy(desc(repositoryMetadata.version))
    .limit(1),
);
const byVersion = preparedRead<{ role: string; version: number }, Row>((db) => {
  const { role, version } = repositoryMetadata;
  const isOfVersion = and(eq(role, sql.placeholder('role')), eq(version, sql.placeholder('version')));
  return db.select().from(repositoryMetadata).where(isOfVersion);
});
const bySha256 = preparedRead<{ sha256: string }, Row>((db) =>
  db
    .select()
    .from(repositoryMetadata)
    .where(eq(repositoryMetadata.sha256, sql.placeholder('sha256')))
    .limit(1),
);

/** The newest document of a role: the one in force. */
export async function newestMetadata(db: ReadDb, role: string): Promise<StoredMetadata | undefined> {
  const [row] = await newestOf(db, { role });
  return row && read(row);
}

/** The oldest document of a role; for the root, where a chain begins. */
export async function oldestMetadata(db: ReadDb, role: string): Promise<StoredMetadata | undefined> {
  const [row] = await db
    .select()
    .from(repositoryMetadata)
    .where(eq(repositoryMetadata.role, role))
    .orderBy(asc(repositoryMetadata.version))
    .limit(1);
  return row && read(row);
}

export async function metadataByVersion(
  db: ReadDb,
  role: string,
  version: number,
): Promise<StoredMetadata | undefined> {
  const [row] = await byVersion(db, { role, version });
  return row && read(row);
}

export async function metadataBySha256(db: ReadDb, sha256: string): Promise<StoredMetadata | undefined> {
  const [row] = await bySha256(db, { sha256 });
  return row && read(row);
}

/** Every role that ever had a document, in order of name. */
export async function listRoles(db: ReadDb): Promise<string[]> {
  const rows = await db
    .selectDistinct({ role: repositoryMetadata.role })
    .from(repositoryMetadata)
    .orderBy(asc(repositoryMetadata.role));
  return rows.map(({ role }) => role);
}

/** Writes a verified document down. What stands under a version stays as it is. */
export async function insertMetadata(
  tx: Db,
  document: { role: string; version: number; bytes: Uint8Array },
): Promise<StoredMetadata> {
  const { role, version, bytes } = document;
  const stored = { role, version, sha256: sha256Hex(bytes), bytes, createdAt: timeOf(tx) };
  await tx.insert(repositoryMetadata).values({ ...stored, bytes: Buffer.from(bytes) });
  return stored;
}

function read(row: typeof repositoryMetadata.$inferSelect): StoredMetadata {
  return { ...row, bytes: new Uint8Array(row.bytes) };
}

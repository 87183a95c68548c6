import { publicKey, type PublicKey } from '@plumbline/shared/trust';
import { approverKeys, asc, eq, inArray, type ReadDb } from '../../db/index.ts';

export interface ApproverKey {
  keyId: string;
  /** Whose it is. */
  user: string;
  /** Where it is, in their words. */
  label: string;
  publicKey: PublicKey;
  createdAt: number;
  /** Null: in use. Whose it was is remembered for ever. */
  removedAt: number | null;
}

type Row = typeof approverKeys.$inferSelect;

/** Of everybody, oldest first, those that were given up among them. */
export async function listApproverKeys(db: ReadDb): Promise<ApproverKey[]> {
  const rows = await db.select().from(approverKeys).orderBy(asc(approverKeys.createdAt), asc(approverKeys.keyId));
  return rows.map(readKey);
}

/** Who holds or held these keys; a key that nobody put down as theirs has no holder. */
export async function holdersOf(db: ReadDb, keyIds: readonly string[]): Promise<ApproverKey[]> {
  if (keyIds.length === 0) return [];
  const rows = await db
    .select()
    .from(approverKeys)
    .where(inArray(approverKeys.keyId, [...keyIds]));
  return rows.map(readKey);
}

export async function findApproverKey(db: ReadDb, keyId: string): Promise<ApproverKey | undefined> {
  const [row] = await db.select().from(approverKeys).where(eq(approverKeys.keyId, keyId));
  return row && readKey(row);
}

function readKey(row: Row): ApproverKey {
  return { ...row, publicKey: publicKey.parse(JSON.parse(row.publicKey)) };
}

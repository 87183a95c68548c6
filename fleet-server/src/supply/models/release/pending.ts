import { and, asc, eq, lineDrafts, type ReadDb } from '../../../platform/db/index.ts';

/** Line metadata that waits for its second signature. */
export interface PendingApproval {
  kind: 'release' | 'renewal';
  line: string;
  /** What it would release; none for a renewal. */
  version: string | null;
  /** Version of the line metadata. */
  document: number;
  createdAt: number;
  bytes: Uint8Array;
}

/** Drafts that can still become what is in force, oldest first. */
export async function pendingApprovals(db: ReadDb): Promise<PendingApproval[]> {
  const rows = await db
    .select()
    .from(lineDrafts)
    .where(eq(lineDrafts.state, 'waiting'))
    .orderBy(asc(lineDrafts.createdAt), asc(lineDrafts.document));
  return rows.map(({ release, state: _state, bytes, ...row }) => ({
    ...row,
    version: release,
    bytes: new Uint8Array(bytes),
  }));
}

export async function findPending(db: ReadDb, line: string, document: number): Promise<PendingApproval | undefined> {
  const [row] = await db
    .select()
    .from(lineDrafts)
    .where(and(eq(lineDrafts.line, line), eq(lineDrafts.document, document), eq(lineDrafts.state, 'waiting')));
  if (row === undefined) return undefined;
  const { release, state: _state, bytes, ...rest } = row;
  return { ...rest, version: release, bytes: new Uint8Array(bytes) };
}

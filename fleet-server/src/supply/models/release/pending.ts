import { list } from '../../../platform/audit/index.ts';
import { and, asc, eq, lineDrafts, type ReadDb } from '../../../platform/db/index.ts';
import { ModelError } from '../errors.ts';

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

/** Of one version that waits; the row of its submission is among the first. */
const MOST_ROWS = 500;

/** Everybody who submitted a version, as the audit has it. */
export async function authorsOf(db: ReadDb, line: string, version: string): Promise<string[]> {
  const { rows } = await list(db, { subject: `model:${line}@${version}`, limit: MOST_ROWS });
  return rows.flatMap(({ action, actor }) => (action === 'models.submit' ? [actor] : []));
}

/** One draft, with who submitted it. @throws ModelError `model_not_awaiting_approval` */
export async function getPending(
  db: ReadDb,
  line: string,
  document: number,
): Promise<PendingApproval & { submittedBy: string | null }> {
  const found = await findPending(db, line, document);
  if (found === undefined) {
    throw new ModelError('model_not_awaiting_approval', `line ${line}: no draft ${document} waits`, {
      kind: 'not-found',
      field: 'document',
      expected: 'a draft that `GET /api/v1/approvals` lists',
    });
  }
  const authors = found.version === null ? [] : await authorsOf(db, line, found.version);
  return { ...found, submittedBy: authors[0] ?? null };
}

import { createHash } from 'node:crypto';
import { audit, desc, preparedRead, type ReadDb } from '../db/index.ts';
import type { StoredRow } from './entry.ts';

/** The newest link; kept outside the database it proves that nothing was cut off the end or written anew. */
export interface ChainHead {
  id: number;
  hash: string;
}

/** What stands before the first row. */
export const CHAIN_START: ChainHead = { id: 0, hash: '' };

/** SHA-256 (hex) over the row as a JSON array of texts and integers, which has one spelling only. */
export function hashOf(row: Omit<StoredRow, 'hash'>): string {
  const { id, at, actor, action, subject, details, previousHash } = row;
  const canonical = JSON.stringify([id, at, actor, action, subject, details, previousHash]);
  return createHash('sha256').update(canonical).digest('hex');
}

const newestLink = preparedRead((db) =>
  db.select({ id: audit.id, hash: audit.hash }).from(audit).orderBy(desc(audit.id)).limit(1),
);

export async function chainHead(db: ReadDb): Promise<ChainHead> {
  const [newest] = await newestLink(db, {});
  return newest ?? CHAIN_START;
}

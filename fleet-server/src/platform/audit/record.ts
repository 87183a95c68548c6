import { audit, timeOf, type Db } from '../db/index.ts';
import { chainHead, hashOf } from './chain.ts';
import type { AuditEntry } from './entry.ts';

/** Writes the audit row of a mutation in the mutation's own transaction: both are there, or neither. */
export async function record(tx: Db, entry: AuditEntry): Promise<void> {
  // Writers take turns, so no other row can come between reading the head and writing the next link.
  const head = await chainHead(tx);
  const row = {
    id: head.id + 1,
    at: timeOf(tx),
    actor: entry.actor,
    action: entry.action,
    subject: entry.subject,
    details: JSON.stringify(entry.details),
    previousHash: head.hash,
  };
  await tx.insert(audit).values({ ...row, hash: hashOf(row) });
}

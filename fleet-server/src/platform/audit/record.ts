import { audit, rowsInserter, timeOf, type Db } from '../db/index.ts';
import { chainHead, hashOf } from './chain.ts';
import type { AuditEntry } from './entry.ts';

const insert = rowsInserter(audit);

/** Writes the audit row of a mutation in the mutation's own transaction: both are there, or neither. */
export async function record(tx: Db, entry: AuditEntry): Promise<void> {
  await recordAll(tx, [entry]);
}

/** The rows of a mutation that does many things at once, in their order. */
export async function recordAll(tx: Db, entries: readonly AuditEntry[]): Promise<void> {
  // Writers take turns, so no other row can come between reading the head and writing the next links.
  let head = await chainHead(tx);
  const rows = entries.map(({ actor, action, subject, details }) => {
    const row = {
      id: head.id + 1,
      at: timeOf(tx),
      actor,
      action,
      subject,
      details: JSON.stringify(details),
      previousHash: head.hash,
    };
    const hash = hashOf(row);
    head = { id: row.id, hash };
    return { ...row, hash };
  });
  await insert(tx, rows);
}

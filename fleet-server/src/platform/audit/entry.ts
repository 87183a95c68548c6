import type { audit } from '../db/index.ts';

/** What a verb says of a mutation. Never a secret: the row is kept for ever and shown to auditors. */
export interface AuditEntry {
  /** Who did it: `user:<id>`, `device:<id>`, `system`. */
  actor: string;
  /** The verb, as `room.verb`: `rollouts.pause`. */
  action: string;
  /** What it was done to, as `kind:<id>`. */
  subject: string;
  details: Record<string, unknown>;
}

/** An entry as it was recorded; `at` is ms since the epoch. */
export interface AuditRow extends AuditEntry {
  id: number;
  at: number;
  previousHash: string;
  hash: string;
}

export type StoredRow = typeof audit.$inferSelect;

export function readRow(row: StoredRow): AuditRow {
  return { ...row, details: JSON.parse(row.details) as Record<string, unknown> };
}

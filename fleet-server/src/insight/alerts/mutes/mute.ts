import { alertMutes, and, asc, eq, gt, isNull, type ReadDb } from '../../../platform/db/index.ts';
import { AlertError } from '../errors.ts';

/** Alerts that nobody is told of until a moment. They stand in the list all the same. */
export interface Mute {
  id: string;
  /** Undefined: every kind, or every subject; never both. */
  kind: string | undefined;
  subject: string | undefined;
  until: number;
  reason: string;
  by: string;
  at: number;
  /** When a person took it back. */
  endedAt: number | undefined;
}

/** Those that hold at this moment, the first to end first. */
export async function standingMutes(db: ReadDb, now: number): Promise<Mute[]> {
  const rows = await db
    .select()
    .from(alertMutes)
    .where(and(gt(alertMutes.until, now), isNull(alertMutes.endedAt)))
    .orderBy(asc(alertMutes.until), asc(alertMutes.id));
  return rows.map(readMute);
}

/** @throws AlertError `alert_mute_unknown` */
export async function getMute(db: ReadDb, id: string): Promise<Mute> {
  const [row] = await db.select().from(alertMutes).where(eq(alertMutes.id, id));
  if (row !== undefined) return readMute(row);
  throw new AlertError('alert_mute_unknown', `no mute ${id}`, {
    kind: 'not-found',
    field: 'mute',
    expected: 'one that `alerts mutes` shows',
  });
}

/** The mute that holds an alert the longest. */
export function muteOf(mutes: readonly Mute[], alert: { kind: string; subject: string }): Mute | undefined {
  return mutes.findLast(
    ({ kind, subject }) =>
      (kind === undefined || kind === alert.kind) && (subject === undefined || subject === alert.subject),
  );
}

function readMute(row: typeof alertMutes.$inferSelect): Mute {
  return {
    id: row.id,
    kind: row.kind ?? undefined,
    subject: row.subject ?? undefined,
    until: row.until,
    reason: row.reason,
    by: row.createdBy,
    at: row.createdAt,
    endedAt: row.endedAt ?? undefined,
  };
}

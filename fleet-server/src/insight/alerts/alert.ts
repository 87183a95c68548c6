import { alerts, and, desc, eq, isNull, lt, type ReadDb } from '../../platform/db/index.ts';
import type { AlertKind, AlertScope } from './condition.ts';
import { AlertError } from './errors.ts';

export interface Alert {
  id: string;
  kind: AlertKind;
  subject: string;
  scope: AlertScope;
  sentence: string;
  details: Record<string, unknown>;
  raisedAt: number;
  /** When its cause last came anew, ms, and how often. */
  lastAt: number;
  count: number;
  /** Open while it is not set. */
  clearedAt: number | undefined;
  clearedReason: string | undefined;
  acknowledged: { at: number; by: string; note: string } | undefined;
  /** False while it is muted and nobody has heard of it. */
  told: boolean;
}

const MOST = 500;

/** Newest first, at most 500. @param query `before`: those raised earlier than that, ms */
export async function listAlerts(
  db: ReadDb,
  query: { open?: boolean | undefined; before?: number | undefined } = {},
): Promise<Alert[]> {
  const { open = true, before } = query;
  const rows = await db
    .select()
    .from(alerts)
    .where(
      and(open ? isNull(alerts.clearedAt) : undefined, before === undefined ? undefined : lt(alerts.raisedAt, before)),
    )
    .orderBy(desc(alerts.raisedAt), desc(alerts.id))
    .limit(MOST);
  return rows.map(readAlert);
}

/** @throws AlertError `alert_unknown` */
export async function getAlert(db: ReadDb, id: string): Promise<Alert> {
  const [row] = await db.select().from(alerts).where(eq(alerts.id, id));
  if (row === undefined) {
    throw new AlertError('alert_unknown', `no alert ${id}`, {
      kind: 'not-found',
      field: 'alert',
      expected: 'one that `alerts list --all` shows',
    });
  }
  return readAlert(row);
}

export function readAlert(row: typeof alerts.$inferSelect): Alert {
  return {
    id: row.id,
    kind: row.kind as AlertKind,
    subject: row.subject,
    scope: row.scope as AlertScope,
    sentence: row.sentence,
    details: JSON.parse(row.details) as Record<string, unknown>,
    raisedAt: row.raisedAt,
    lastAt: row.lastAt,
    count: row.count,
    clearedAt: row.clearedAt ?? undefined,
    clearedReason: row.clearedReason ?? undefined,
    acknowledged:
      row.acknowledgedAt === null
        ? undefined
        : { at: row.acknowledgedAt, by: row.acknowledgedBy ?? '', note: row.note ?? '' },
    told: row.told === 1,
  };
}

import { alerts, isNull, type ReadDb } from '../../platform/db/index.ts';
import type { AlertKind } from './condition.ts';
import { severityOf, type Severity } from './severity.ts';

export interface OpenAlerts {
  open: number;
  unacknowledged: number;
  bySeverity: Record<Severity, number>;
}

/** How many alerts stand, muted ones among them. @param seen whether whoever asks may know of it */
export async function openAlerts(
  db: ReadDb,
  seen: (alert: { subject: string; details: Record<string, unknown> }) => Promise<boolean>,
): Promise<OpenAlerts> {
  const { kind, subject, details, acknowledgedAt } = alerts;
  const rows = await db.select({ kind, subject, details, acknowledgedAt }).from(alerts).where(isNull(alerts.clearedAt));
  const counted = { open: 0, unacknowledged: 0, bySeverity: { critical: 0, warning: 0, notice: 0 } };
  for (const row of rows) {
    const alert = { subject: row.subject, details: JSON.parse(row.details) as Record<string, unknown> };
    if (!(await seen(alert))) continue;
    counted.open += 1;
    if (row.acknowledgedAt === null) counted.unacknowledged += 1;
    counted.bySeverity[severityOf(row.kind as AlertKind)] += 1;
  }
  return counted;
}

import { and, count, eq, gte, siteLog, telemetry, type ReadDb } from '../../../platform/db/index.ts';
import { listDue } from '../../../sites/activities/index.ts';
import type { DueActivity } from './forecast-input.ts';

const DAY_MS = 24 * 3_600_000;
/** Predictions of so many days say how much traffic there is. */
const LOOKED_BACK_DAYS = 7;

/** Predictions of a line in the last week, by device. */
export async function predictionsByDevice(
  db: ReadDb,
  line: string,
  now: number,
): Promise<(device: string) => { count: number; perDay: number }> {
  const rows = await db
    .select({ device: telemetry.device, count: count() })
    .from(telemetry)
    .where(
      and(
        eq(telemetry.kind, 'prediction'),
        eq(telemetry.line, line),
        gte(telemetry.at, now - LOOKED_BACK_DAYS * DAY_MS),
      ),
    )
    .groupBy(telemetry.device);
  const found = new Map(rows.map((row) => [row.device, row.count]));
  return (device) => {
    const said = found.get(device) ?? 0;
    return { count: said, perDay: said / LOOKED_BACK_DAYS };
  };
}

/** Plans that were ever written down, by site: what a quiet site is replayed by. */
export async function plansBySite(db: ReadDb): Promise<Map<string, number>> {
  const rows = await db
    .select({ site: siteLog.site, plans: count() })
    .from(siteLog)
    .where(eq(siteLog.field, 'plan'))
    .groupBy(siteLog.site);
  return new Map(rows.map(({ site, plans }) => [site, plans]));
}

/** Activities that fall due in [from, to), ms, and whether a model of the line has been asked about them. */
export async function dueActivities(
  db: ReadDb,
  line: string,
  range: { from: number; to: number },
): Promise<DueActivity[]> {
  const due = await listDue(db, range);
  if (due.length === 0) return [];
  const { site, activity } = telemetry;
  const rows = await db
    .selectDistinct({ site, activity })
    .from(telemetry)
    .where(and(eq(telemetry.kind, 'prediction'), eq(telemetry.line, line)));
  const asked = new Set(rows.map((one) => `${one.site}\n${one.activity}`));
  return due.map((one) => ({
    site: one.site,
    dueAt: one.dueAt,
    isAsked: asked.has(`${one.site}\n${one.activity}`),
  }));
}

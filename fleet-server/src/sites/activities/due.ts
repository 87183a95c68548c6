import { foldSiteLog, type SiteLogEntry } from '@plumbline/shared/activity';
import { and, eq, siteLog, sql, type ReadDb } from '../../platform/db/index.ts';

/** An activity that is planned and of which nobody has recorded an outcome. */
export interface DuePlan {
  site: string;
  activity: string;
  startAt: number;
  dueAt: number;
}

/** By the plan in force, every one that falls due in [from, to), ms. */
export async function listDue(db: ReadDb, { from, to }: { from: number; to: number }): Promise<DuePlan[]> {
  const ended = db
    .select({ site: siteLog.site, activity: siteLog.activity })
    .from(siteLog)
    .where(eq(siteLog.field, 'outcome'));
  const rows = await db
    .select({ site: siteLog.site, entry: siteLog.entry })
    .from(siteLog)
    .where(and(eq(siteLog.field, 'plan'), sql`(${siteLog.site}, ${siteLog.activity}) not in ${ended}`));
  const bySite = new Map<string, SiteLogEntry[]>();
  for (const { site, entry } of rows) {
    // It passed its schema when it was appended.
    const read = JSON.parse(entry) as SiteLogEntry;
    const own = bySite.get(site);
    if (own === undefined) bySite.set(site, [read]);
    else own.push(read);
  }
  return [...bySite].flatMap(([site, entries]) =>
    [...foldSiteLog(entries).values()].flatMap(({ activity, plan }) => {
      if (plan?.entry.field !== 'plan') return [];
      const { startAt, dueAt } = plan.entry.value;
      return dueAt >= from && dueAt < to ? [{ site, activity, startAt, dueAt }] : [];
    }),
  );
}

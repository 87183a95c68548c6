import { foldSiteLog, type Plan, type SiteLogEntry } from '@plumbline/shared/activity';
import { and, eq, gte, siteLog, sql, type AnySQLiteColumn, type ReadDb, type SQL } from '../../platform/db/index.ts';

/** An activity whose outcome a site has recorded, with the plan in force. */
export interface KnownOutcome {
  site: string;
  activity: string;
  label: 0 | 1;
  /** Where whoever recorded it said so. */
  delayDays?: number;
  /** When the outcome could first be known, ms: nothing said from then on was a prediction. */
  knownAt: number;
  /** People have said different things of it and nobody has settled it: it counts for nothing until somebody does. */
  contradicted: boolean;
  /** When the last of that was said, ms. */
  saidAt: number;
  plan: Plan;
}

/** Activities of which an outcome was recorded, or corrected, since; those without a plan are left out. @param since ms */
export async function outcomesSince(db: ReadDb, since: number): Promise<KnownOutcome[]> {
  const ended = db
    .selectDistinct({ site: siteLog.site, activity: siteLog.activity })
    .from(siteLog)
    .where(and(eq(siteLog.field, 'outcome'), gte(siteLog.at, since)))
    .as('ended');
  const rows = await db
    .select({ site: siteLog.site, entry: siteLog.entry })
    .from(siteLog)
    .innerJoin(ended, and(eq(siteLog.site, ended.site), eq(siteLog.activity, ended.activity)));
  const bySite = new Map<string, SiteLogEntry[]>();
  for (const { site, entry } of rows) {
    // It passed its schema when it was appended.
    const read = JSON.parse(entry) as SiteLogEntry;
    const own = bySite.get(site);
    if (own === undefined) bySite.set(site, [read]);
    else own.push(read);
  }
  return [...bySite].flatMap(([site, entries]) => outcomesOf(site, entries));
}

/**
 * The same as a condition on the rows of another table. As a list that is made once: SQLite turns `exists` into a join, and
 * without statistics begins it at the wrong end.
 */
export function endedSince(db: ReadDb, of: { site: AnySQLiteColumn; activity: AnySQLiteColumn }, since: number): SQL {
  const ended = db
    .select({ site: siteLog.site, activity: siteLog.activity })
    .from(siteLog)
    .where(and(eq(siteLog.field, 'outcome'), gte(siteLog.at, since)));
  return sql`(${of.site}, ${of.activity}) in ${ended}`;
}

function outcomesOf(site: string, entries: readonly SiteLogEntry[]): KnownOutcome[] {
  const knownAt = new Map<string, number>();
  for (const entry of entries) {
    if (entry.field !== 'outcome') continue;
    const { observedAt } = entry.value;
    knownAt.set(entry.activity, Math.min(knownAt.get(entry.activity) ?? observedAt, observedAt));
  }
  return [...foldSiteLog(entries).values()].flatMap(({ activity, plan, outcome }) => {
    if (plan?.entry.field !== 'plan' || outcome?.entry.field !== 'outcome') return [];
    const { label, observedAt, delayDays } = outcome.entry.value;
    const known = knownAt.get(activity) ?? observedAt;
    const days = delayDays === undefined ? {} : { delayDays };
    const labels = outcome.conflicts.flatMap((one) => (one.field === 'outcome' ? [one.value.label] : []));
    const contradicted = labels.some((one) => one !== label);
    const saidAt = [outcome.entry, ...outcome.conflicts].reduce((latest, { at }) => Math.max(latest, at), 0);
    return [{ site, activity, label, ...days, knownAt: known, contradicted, saidAt, plan: plan.entry.value }];
  });
}

import { siteLogEntry, type SiteLogEntry } from '@plumbline/shared/activity';
import type { SitePage } from '@plumbline/shared/wire';
import { and, asc, eq, gt, siteLog, type ReadDb } from '../../platform/db/index.ts';

/** The log of a site after `cursor`, at most `limit` entries. */
export async function pageOf(db: ReadDb, site: string, cursor: number, limit: number): Promise<SitePage> {
  const rows = await db
    .select()
    .from(siteLog)
    .where(and(eq(siteLog.site, site), gt(siteLog.cursor, cursor)))
    .orderBy(asc(siteLog.cursor))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return {
    cursor: page.at(-1)?.cursor ?? cursor,
    entries: page.map(read),
    more: rows.length > limit,
  };
}

/** Every entry of one field over all sites, oldest first. */
export async function entriesOf(
  db: ReadDb,
  field: SiteLogEntry['field'],
): Promise<{ site: string; entry: SiteLogEntry }[]> {
  const rows = await db.select().from(siteLog).where(eq(siteLog.field, field)).orderBy(asc(siteLog.at));
  return rows.map((row) => ({ site: row.site, entry: read(row) }));
}

function read(row: { entry: string }): SiteLogEntry {
  return siteLogEntry.parse(JSON.parse(row.entry));
}

/** An entry of a row, as it was checked when it was appended. */
export function readEntry(row: { entry: string }): SiteLogEntry {
  return JSON.parse(row.entry) as SiteLogEntry;
}

import type { SiteLogEntry } from '@plumbline/shared/activity';
import { emit } from '../../platform/outbox/index.ts';
import { and, desc, eq, inArray, siteLog, type Db } from '../../platform/db/index.ts';

/**
 * Appends entries to the log of a site, each once: an id that is there already is passed over.
 * @param by the device that sent them; empty: head office
 * @returns how many were new
 */
export async function appendEntries(tx: Db, site: string, entries: readonly SiteLogEntry[], by = ''): Promise<number> {
  if (entries.length === 0) return 0;
  const known = await knownIds(tx, site, entries);
  const fresh = [...new Map(entries.map((entry) => [entry.id, entry])).values()].filter(
    (entry) => !known.has(entry.id),
  );
  if (fresh.length === 0) return 0;
  const [last] = await tx
    .select({ cursor: siteLog.cursor })
    .from(siteLog)
    .where(eq(siteLog.site, site))
    .orderBy(desc(siteLog.cursor))
    .limit(1);
  const from = (last?.cursor ?? 0) + 1;
  for (let at = 0; at < fresh.length; at += CHUNK) {
    await tx.insert(siteLog).values(
      fresh.slice(at, at + CHUNK).map((entry, i) => ({
        site,
        cursor: from + at + i,
        id: entry.id,
        activity: entry.activity,
        field: entry.field,
        at: entry.at,
        entry: JSON.stringify(entry),
      })),
    );
  }
  await emit(tx, { type: 'site.recorded', site, by });
  return fresh.length;
}

const CHUNK = 200;

async function knownIds(tx: Db, site: string, entries: readonly SiteLogEntry[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let at = 0; at < entries.length; at += CHUNK) {
    const ids = entries.slice(at, at + CHUNK).map((entry) => entry.id);
    const rows = await tx
      .select({ id: siteLog.id })
      .from(siteLog)
      .where(and(eq(siteLog.site, site), inArray(siteLog.id, ids)));
    for (const row of rows) known.add(row.id);
  }
  return known;
}

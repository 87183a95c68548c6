import { foldSiteLog } from '@plumbline/shared/activity';
import type { SiteActivityPage } from '@plumbline/shared/api/sites';
import { and, eq, siteLog, type ReadDb } from '../../platform/db/index.ts';
import { readEntry } from './page.ts';

/** How often predictions helped on a site, of how often somebody said whether one did, by line; what was taken back does not count. */
export async function countFeedback(db: ReadDb, site: string): Promise<SiteActivityPage['feedback']> {
  const rows = await db
    .select({ entry: siteLog.entry })
    .from(siteLog)
    .where(and(eq(siteLog.site, site), eq(siteLog.field, 'feedback')));
  const byLine = new Map<string, { helped: number; said: number }>();
  for (const { feedback = [] } of foldSiteLog(rows.map(readEntry)).values()) {
    for (const one of feedback) {
      if (one.field !== 'feedback') continue;
      const { helped, said } = byLine.get(one.value.line) ?? { helped: 0, said: 0 };
      byLine.set(one.value.line, { helped: helped + Number(one.value.helped), said: said + 1 });
    }
  }
  return [...byLine].map(([line, counts]) => ({ line, ...counts })).toSorted((a, b) => (a.line < b.line ? -1 : 1));
}

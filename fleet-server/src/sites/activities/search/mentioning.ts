import type { SiteLogEntry } from '@plumbline/shared/activity';
import { and, eq, ne, siteLog, type ReadDb } from '../../../platform/db/index.ts';
import { readEntry } from '../page.ts';

/** Activities of which somebody on site said something with these words in it, or under a name with them. @param words in lower case */
export async function mentioning(db: ReadDb, site: string, words: string): Promise<Set<string>> {
  const rows = await db
    .select({ entry: siteLog.entry })
    .from(siteLog)
    .where(and(eq(siteLog.site, site), ne(siteLog.field, 'plan')));
  const entries = rows.map(readEntry).filter((entry) => textOf(entry).toLowerCase().includes(words));
  return new Set(entries.map(({ activity }) => activity));
}

function textOf(entry: SiteLogEntry): string {
  const said = entry.field === 'note' ? entry.value.text : entry.field === 'progress' ? entry.value.cause : undefined;
  return `${said ?? ''}\n${entry.actor}`;
}

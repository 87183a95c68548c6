import { foldSiteLog } from '@plumbline/shared/activity';
import type { SiteActivityPage } from '@plumbline/shared/api/sites';
import { and, cursorOf, eq, inArray, pageOfRows, readCursor, siteLog, type ReadDb } from '../../platform/db/index.ts';
import { countFeedback } from './count-feedback.ts';
import { readEntry } from './page.ts';
import { findActivities, type ActivitySearch, type FoundActivity } from './search/index.ts';
import { showActivity } from './show-activity.ts';

/**
 * Activities of a site with all that stands of them, of what people on site said last first; those of which nobody has
 * said anything follow by name.
 * @throws CursorError `cursor_malformed`
 */
export async function activityPage(
  db: ReadDb,
  site: string,
  search: ActivitySearch,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<SiteActivityPage> {
  const found = (await findActivities(db, site, search)).toSorted(inOrder);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const left =
    after === undefined ? found : found.filter((one) => inOrder(one, { activity: after.id, saidAt: after.at }) > 0);
  const { page, next } = pageOfRows(left, limit, (last) => cursorOf(last.saidAt ?? 0, last.activity));
  const rows = await db
    .select({ entry: siteLog.entry })
    .from(siteLog)
    .where(
      and(
        eq(siteLog.site, site),
        inArray(
          siteLog.activity,
          page.map(({ activity }) => activity),
        ),
      ),
    );
  const states = foldSiteLog(rows.map(readEntry));
  return {
    activities: page.flatMap(({ activity, saidAt }) => {
      const state = states.get(activity);
      return state === undefined ? [] : [showActivity(state, saidAt)];
    }),
    total: found.length,
    next,
    feedback: await countFeedback(db, site),
  };
}

/** As people count: Wall 2 before Wall 10. */
const names = new Intl.Collator('en', { numeric: true });

function inOrder(a: FoundActivity, b: FoundActivity): number {
  return (
    (b.saidAt ?? 0) - (a.saidAt ?? 0) ||
    names.compare(a.activity, b.activity) ||
    // Names that count the same, such as, follow each other always in one order.
    (a.activity < b.activity ? -1 : Number(a.activity > b.activity))
  );
}

import { foldSiteLog, type FieldState, type SiteLogEntry } from '@plumbline/shared/activity';
import { and, eq, inArray, siteLog, type ReadDb } from '../../../platform/db/index.ts';
import { readEntry } from '../page.ts';

/**
 * Activities of whose progress or outcome people said different things without knowing of each other. It is settled by
 * saying the same in place of each.
 */
export async function contradicted(db: ReadDb, site: string): Promise<Set<string>> {
  const rows = await db
    .select({ entry: siteLog.entry })
    .from(siteLog)
    .where(and(eq(siteLog.site, site), inArray(siteLog.field, ['progress', 'outcome'])));
  const states = [...foldSiteLog(rows.map(readEntry)).values()];
  return new Set(
    states.filter(({ progress, outcome }) => isApart(progress) || isApart(outcome)).map(({ activity }) => activity),
  );
}

function isApart(field: FieldState | undefined): boolean {
  return field !== undefined && field.conflicts.some((one) => gistOf(one) !== gistOf(field.entry));
}

/** What two people would argue about: not when they looked. */
function gistOf(entry: SiteLogEntry): number | undefined {
  if (entry.field === 'progress') return entry.value.percentComplete;
  return entry.field === 'outcome' ? entry.value.label : undefined;
}

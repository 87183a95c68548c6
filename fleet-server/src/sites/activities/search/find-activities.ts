import { eq, max, siteLog, type ReadDb } from '../../../platform/db/index.ts';
import { contradicted } from './contradicted.ts';
import { mentioning } from './mentioning.ts';

export interface ActivitySearch {
  /** Words in its name, or in what people said of it. */
  q?: string | undefined;
  /** `said`: by people on site; `contradicted`: by people who did not know of each other. */
  only?: 'said' | 'contradicted' | undefined;
}

export interface FoundActivity {
  activity: string;
  /** When people on site last said something of it, ms; null: nobody has. */
  saidAt: number | null;
}

/** What a device with a broken clock says may be any number; a cursor carries fifteen digits. */
const LATEST = 999_999_999_999_999;

/**
 * Activities of a site that a search finds, in no order. Letters are compared here and not by the database: SQLite knows
 * the cases of ASCII alone.
 */
export async function findActivities(db: ReadDb, site: string, { q, only }: ActivitySearch): Promise<FoundActivity[]> {
  const fields = await db
    .select({ activity: siteLog.activity, field: siteLog.field, at: max(siteLog.at).mapWith(Number) })
    .from(siteLog)
    .where(eq(siteLog.site, site))
    .groupBy(siteLog.activity, siteLog.field);
  const saidAt = new Map<string, number | null>();
  for (const { activity, field, at } of fields) {
    const before = saidAt.get(activity) ?? null;
    saidAt.set(activity, field === 'plan' ? before : Math.max(before ?? 0, Math.min(at ?? 0, LATEST)));
  }
  const words = (q ?? '').trim().toLowerCase();
  const mentioned = words === '' ? undefined : await mentioning(db, site, words);
  const apart = only === 'contradicted' ? await contradicted(db, site) : undefined;
  return [...saidAt]
    .map(([activity, at]) => ({ activity, saidAt: at }))
    .filter((one) => only !== 'said' || one.saidAt !== null)
    .filter(({ activity }) => apart?.has(activity) ?? true)
    .filter(
      ({ activity }) => mentioned === undefined || activity.toLowerCase().includes(words) || mentioned.has(activity),
    );
}

import {
  createHistory,
  foldSiteLog,
  siteLogEntry,
  type ActivityState,
  type SiteHistory,
  type SiteLogEntry,
} from '@plumbline/shared/activity';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import { siteAbout, type SiteAbout, type SitePage } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Change, Store } from '../ports/index.ts';
import { readAll, readMended, stored, type OnDamaged } from '../store/json.ts';
import { SITE_ABOUT, SITE_CURSOR, SITE_ENTRIES, siteEntryKey } from '../store/keys.ts';

/** The log of the site as this device knows it: entries by id, folded per activity. */
export interface SiteLog {
  cursor(): number;
  /** Of the site itself, as the office said last. */
  about(): SiteAbout | undefined;
  states(): Iterable<ActivityState>;
  get(activity: string): ActivityState | undefined;
  /** Every entry, in the order in which this process came to know it. */
  inOrder(): readonly SiteLogEntry[];
  /** When an outcome of this activity could first be known, by any entry there ever was, ms. */
  outcomeKnownAt(activity: string): number | undefined;
  /** What was known when, for derived features; kept from the first call on. */
  history(): SiteHistory;
  /** What has to be committed to take these entries in; `take` follows once it was. */
  changesOf(entries: readonly SiteLogEntry[], from?: FromServer): Change[];
  take(entries: readonly SiteLogEntry[], from?: FromServer): void;
}

/** What a page of the server says beside its entries. */
type FromServer = Pick<SitePage, 'cursor' | 'about'>;

export async function createSiteLog(store: Store, onDamaged?: OnDamaged): Promise<SiteLog> {
  const byActivity = new Map<string, Map<string, SiteLogEntry>>();
  const folded = new Map<string, ActivityState>();
  const inOrder: SiteLogEntry[] = [];
  const knownAt = new Map<string, number>();
  let history: SiteHistory | undefined;
  let cursor = (await readMended(store, SITE_CURSOR, z.number().int().nonnegative(), onDamaged)) ?? 0;

  let about = await readMended(store, SITE_ABOUT, siteAbout, onDamaged);

  const takeIn = (entries: readonly SiteLogEntry[]) => {
    const touched = new Set<string>();
    for (const entry of entries) {
      const own = byActivity.get(entry.activity) ?? new Map<string, SiteLogEntry>();
      // The first form of an entry stands: the log is append-only.
      if (!own.has(entry.id)) {
        touched.add(entry.activity);
        inOrder.push(entry);
        byActivity.set(entry.activity, own.set(entry.id, entry));
      }
      if (entry.field !== 'outcome') continue;
      knownAt.set(entry.activity, Math.min(knownAt.get(entry.activity) ?? Infinity, entry.value.observedAt));
    }
    for (const activity of touched) {
      const own = byActivity.get(activity) ?? new Map<string, SiteLogEntry>();
      const state = foldSiteLog(own.values()).get(activity);
      if (state !== undefined) folded.set(activity, state);
      history?.put(activity, own.values());
    }
  };

  const onLost: OnDamaged | undefined =
    onDamaged &&
    ((key, error) => {
      // The server has the log too: it is asked for all of it again.
      cursor = 0;
      onDamaged(key, error);
    });
  takeIn((await readAll(store, SITE_ENTRIES, siteLogEntry, onLost)).map(([, entry]) => entry));
  return {
    cursor: () => cursor,
    about: () => about,
    states: () => folded.values(),
    get: (activity) => folded.get(activity),
    inOrder: () => inOrder,
    outcomeKnownAt: (activity) => knownAt.get(activity),
    history: () => (history ??= createHistory([...byActivity.values()].flatMap((own) => [...own.values()]))),
    changesOf(entries, from) {
      const fresh = entries.filter(({ id, activity }) => !byActivity.get(activity)?.has(id));
      const changes: Change[] = fresh.map((entry) => ({ put: siteEntryKey(entry.id), value: stored(entry) }));
      if (from !== undefined && from.cursor > cursor) changes.push({ put: SITE_CURSOR, value: stored(from.cursor) });
      const isNew = from?.about !== undefined && JSON.stringify(from.about) !== JSON.stringify(about);
      if (isNew) changes.push({ put: SITE_ABOUT, value: stored(from.about) });
      return changes;
    },
    take(entries, from) {
      takeIn(entries);
      cursor = Math.max(cursor, from?.cursor ?? 0);
      about = from?.about ?? about;
    },
  };
}

/** Takes a page in: entries and cursor in one commit. @returns true when the server has more */
export async function takePage(
  log: SiteLog,
  write: (changes: Change[]) => Promise<void>,
  page: SitePage,
): Promise<boolean> {
  const changes = log.changesOf(page.entries, page);
  if (changes.length > 0) await write(changes);
  log.take(page.entries, page);
  return page.more;
}

/** The records of the activities that began last, newest first: what this site really asks. */
export function newestRecords(log: SiteLog, now: number, count: number): ActivityRecord[] {
  const begun: ActivityRecord[] = [];
  for (const { activity, plan } of log.states()) {
    if (plan?.entry.field !== 'plan' || plan.entry.value.startAt > now) continue;
    begun.push({ activity, values: plan.entry.value.values, asOf: plan.entry.value.startAt });
  }
  return begun.toSorted((a, b) => b.asOf - a.asOf).slice(0, Math.max(0, count));
}

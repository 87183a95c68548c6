import type { SiteView } from '../door/site-view.ts';
import type { Preferences } from '../door/tablet-agent.ts';
import { openDatabase, readFrom, writeTo } from '../storage/database.ts';
import { openCopy } from '../storage/tablet-database.ts';

const VIEW = 'view';
const PREFERENCES = 'preferences';

/** Keys of the shelf that pages read, beside the view: nobody else names one. */
export const PROFILE = 'profile';
export const WORDS = 'words';
/** The life of the agent that began last. */
export const LIFE = 'life';
/** This tablet has left its fleet, and nothing of it was lost. */
export const LEFT = 'left';
/** Written so often, or of so little use when they are old, that they have no copy. */
export const HERE_ALONE = [VIEW, WORDS, LIFE] as const;
/** What goes when a tablet leaves its fleet. */
export const OF_THE_FLEET = [VIEW, PREFERENCES, PROFILE, WORDS] as const;

/** What a page needs for its first paint. */
export interface StoredPage {
  view: SiteView | undefined;
  preferences: Preferences;
}

/** Resolves when it is stored; `relaxed`, as the next one is never far. @throws StoreError */
export function storeView(database: IDBDatabase, view: SiteView | undefined): Promise<void> {
  return writeTo(database, 'page', { [VIEW]: view }, 'relaxed');
}

/** Resolves when it survives a power cut. @throws StoreError */
export async function keepPreferences(preferences: Preferences): Promise<void> {
  const keepIn = (database: IDBDatabase) => writeTo(database, 'page', { [PREFERENCES]: preferences });
  await within(await openDatabase(), keepIn);
  const copy = await openCopy();
  if (copy !== undefined) await within(copy, keepIn).catch(() => undefined);
}

/**
 * What was shown last and who was here, before anything runs. Empty where nothing was, also when the browser has no
 * storage to read.
 */
export async function readStoredPage(): Promise<StoredPage> {
  try {
    const stored = await within(await openDatabase(), pageIn);
    if (stored.view !== undefined || Object.keys(stored.preferences).length > 0) return stored;
    // Of a database that the browser made anew the copy knows more.
    const copy = await openCopy();
    return copy === undefined ? stored : await within(copy, pageIn);
  } catch {
    return { view: undefined, preferences: {} };
  }
}

export async function readStoredView(): Promise<SiteView | undefined> {
  return (await readStoredPage()).view;
}

async function pageIn(database: IDBDatabase): Promise<StoredPage> {
  const view = await readFrom(database, 'page', VIEW);
  const preferences = await readFrom(database, 'page', PREFERENCES);
  return { view: isView(view) ? view : undefined, preferences: preferencesOf(preferences) };
}

/** Closes the database behind the work. */
async function within<T>(database: IDBDatabase, work: (database: IDBDatabase) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

function isView(found: unknown): found is SiteView {
  return typeof found === 'object' && found !== null && 'v' in found && found.v === 1;
}

function preferencesOf(found: unknown): Preferences {
  if (typeof found !== 'object' || found === null) return {};
  const words = Object.entries(found).filter(([, word]) => typeof word === 'string');
  return Object.fromEntries(words);
}

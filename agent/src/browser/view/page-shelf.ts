import type { SiteView } from '../door/site-view.ts';
import { openDatabase, readFrom, writeTo } from '../storage/database.ts';

const VIEW = 'view';

/** Keys of the shelf that pages read, beside the view: nobody else names one. */
export const PROFILE = 'profile';
export const WORDS = 'words';

/** Resolves when it is stored; `relaxed`, as the next one is never far. @throws StoreError */
export function storeView(database: IDBDatabase, view: SiteView | undefined): Promise<void> {
  return writeTo(database, 'page', { [VIEW]: view }, 'relaxed');
}

/**
 * What was shown last, before anything runs: one read of one record. Undefined where nothing was, also when the browser
 * has no storage to read.
 */
export async function readStoredView(): Promise<SiteView | undefined> {
  try {
    const database = await openDatabase();
    const found = await readFrom(database, 'page', VIEW);
    database.close();
    return isView(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isView(found: unknown): found is SiteView {
  return typeof found === 'object' && found !== null && 'v' in found && found.v === 1;
}

import type { Files, Store } from '../ports/index.ts';
import { FETCHES, FETCH_FOLDER, SLOTS_FOLDER, UPDATES } from './keys.ts';

/**
 * Files outlive a store that was wiped or evicted. Where the store knows of no line and of no fetch, nobody will ever
 * ask for what lies in them, so it goes: it would hold room, and a slot is believed by its state alone.
 * @returns false when there was state, and the files were left alone
 */
export async function removeOrphans(store: Store, files: Files): Promise<boolean> {
  for (const prefix of [UPDATES, FETCHES]) {
    // A line that cannot be read counts as one: its state may be mended.
    const found = await store.scan({ from: prefix, to: `${prefix}\uffff`, limit: 1 });
    if (found.length > 0) return false;
  }
  await files.remove(SLOTS_FOLDER);
  await files.remove(FETCH_FOLDER);
  return true;
}

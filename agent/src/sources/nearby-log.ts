import type { Change, Nearby } from '../ports/index.ts';
import type { SiteLog } from './site-log.ts';

/** Whoever is near is believed to be of the site, and not to be honest: one look takes no more than this. */
const MAX_PAGES = 100;

/** Takes in what somebody near knows of the site, while the server cannot be asked. */
export interface NearbyLog {
  /** @returns how many entries were new */
  look(signal: AbortSignal): Promise<number>;
}

export function createNearbyLog(nearby: Nearby, log: SiteLog, write: (changes: Change[]) => Promise<void>): NearbyLog {
  let from: string | undefined;
  return {
    async look(signal) {
      let added = 0;
      for (let pages = 0, more = true; more && pages < MAX_PAGES && !signal.aborted; pages += 1) {
        const page = await nearby.siteLog(from, signal);
        if (page === undefined) return added;
        // The cursor of the server stays where it is: what it knows beyond this is asked of it later.
        const changes = log.changesOf(page.entries);
        if (changes.length > 0) await write(changes);
        log.take(page.entries);
        added += changes.length;
        more = page.more && page.next !== from;
        from = page.next;
      }
      return added;
    },
  };
}

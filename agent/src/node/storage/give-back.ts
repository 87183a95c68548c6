import type Database from 'better-sqlite3';

/** Free pages below this are kept: the next outage needs them again. */
const KEEP_PAGES = 256;
/** From here on the file shrinks. */
const WORTH_PAGES = 512;
/** One slice holds up other commits for a few milliseconds. */
const SLICE_PAGES = 256;
const PAUSE_MS = 20;

export interface GiveBack {
  /** Entries were removed: what became free is given back bit by bit, soon. */
  soon(): void;
  stop(): void;
}

/**
 * Gives free pages of the file back to the disk, a slice at a time, so that nobody waits long for a commit. The file
 * itself gets shorter when the log is folded into it, which is done at the end.
 */
export function createGiveBack(db: Database.Database): GiveBack {
  let timer: NodeJS.Timeout | undefined;
  let isShrinking = false;

  const freePages = () => Number(db.pragma('freelist_count', { simple: true }));
  const slice = () => {
    timer = undefined;
    try {
      const free = freePages();
      if (free > (isShrinking ? KEEP_PAGES : WORTH_PAGES)) {
        isShrinking = true;
        // Each step of the statement frees one page; `exec` takes all of them.
        db.exec(`PRAGMA incremental_vacuum(${Math.min(SLICE_PAGES, free - KEEP_PAGES)})`);
        // A file that was begun without the means to shrink gives nothing back.
        if (freePages() < free) schedule();
      } else if (isShrinking) {
        isShrinking = false;
        db.pragma('wal_checkpoint(TRUNCATE)');
      }
    } catch {
      // A full or busy disk is met by the next commit; giving back waits for the next removal.
      isShrinking = false;
    }
  };
  const schedule = () => {
    timer ??= setTimeout(slice, PAUSE_MS).unref();
  };

  return {
    soon: schedule,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

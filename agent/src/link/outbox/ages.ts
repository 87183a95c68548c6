import type { StreamClass } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Change, Store } from '../../ports/index.ts';
import { readAll, readMended, stored } from '../../store/json.ts';
import { AGE_MARKS, ageMarkKey, RUNNING_TIME } from '../../store/keys.ts';
import { EXPIRING } from './classes.ts';
import type { Heads } from './head.ts';

const count = z.number().int().nonnegative();

/** Everything up to `seq` was made before this agent had run for `at` ms. */
interface Mark {
  at: number;
  seq: number;
}

/**
 * How old rows are, by the time this agent has run and no clock: it is counted by timers, survives restarts, and leaves
 * out the time the device was off. A row is never taken for older than it is, so that a clock at 1970 or ten years ahead
 * makes nothing expire.
 */
export interface Ages {
  runningMs(): number;
  /** @param elapsedMs that passed by a timer since the last call */
  pass(elapsedMs: number): void;
  /** Changes that make the present age durable, with a mark for rows that have none; undefined while nothing is due. */
  due(ttlMs: number | undefined): AgesDue | undefined;
  /** The newest row of a class that is older than this, by number; undefined when there is none. */
  olderThan(of: StreamClass, ttlMs: number): number | undefined;
  /** How old the oldest waiting row is at least, ms; undefined when nothing is known. */
  oldestMs(of: StreamClass, acked: number): number | undefined;
}

export interface AgesDue {
  changes: Change[];
  /** Call when the changes are durable. */
  done: () => void;
}

const MIN_MARK_MS = 60_000;
const DEFAULT_MARK_MS = 3_600_000;
const MAX_MARK_MS = 6 * 3_600_000;
/** A row is at most this share of its time older than asked when it goes. */
const MARKS_PER_TTL = 128;
const SAVE_MS = 900_000;

/** @param heads as they stand now: moved in place by whoever owns them */
export async function openAges(store: Store, heads: Heads): Promise<Ages> {
  const marks: Partial<Record<StreamClass, Mark[]>> = {};
  for (const of of EXPIRING) {
    const prefix = `${AGE_MARKS}${of}/`;
    const found = await readAll(store, prefix, count, ignore);
    const all = found.map(([key, seq]) => ({ at: Number(key.slice(prefix.length)), seq }));
    // Of a stream that began anew: its rows are younger than their numbers say.
    const foreign = all.filter(({ seq }) => seq >= heads[of].nextSeq);
    if (foreign.length > 0) await store.commit(foreign.map(({ at }) => ({ remove: ageMarkKey(of, at) })));
    marks[of] = all.filter((mark) => !foreign.includes(mark));
  }
  const newest = Math.max(0, ...Object.values(marks).map((of) => of.at(-1)?.at ?? 0));
  let runningMs = Math.max(newest, (await readMended(store, RUNNING_TIME, count, ignore)) ?? 0);
  let savedMs = runningMs;

  const marksDue = (ttlMs: number | undefined): [StreamClass, Mark][] => {
    const wanted = ttlMs === undefined ? DEFAULT_MARK_MS : ttlMs / MARKS_PER_TTL;
    const everyMs = Math.min(MAX_MARK_MS, Math.max(MIN_MARK_MS, wanted));
    return EXPIRING.flatMap((of): [StreamClass, Mark][] => {
      const { nextSeq, acked } = heads[of];
      const last = marks[of]?.at(-1);
      const isDue = nextSeq - 1 > Math.max(acked, last?.seq ?? 0) && runningMs - (last?.at ?? -Infinity) >= everyMs;
      return isDue ? [[of, { at: runningMs, seq: nextSeq - 1 }]] : [];
    });
  };

  return {
    runningMs: () => runningMs,
    pass(elapsedMs) {
      runningMs += Math.max(0, Math.round(elapsedMs));
    },
    due(ttlMs) {
      const fresh = marksDue(ttlMs);
      const past = EXPIRING.flatMap((of) => {
        // The newest mark of rows that are gone stays: it says when the next one is due.
        const gone = (marks[of] ?? []).slice(0, -1).filter(({ seq }) => seq <= heads[of].acked);
        return gone.map((mark): [StreamClass, Mark] => [of, mark]);
      });
      if (fresh.length === 0 && past.length === 0 && runningMs - savedMs < SAVE_MS) return undefined;
      const at = runningMs;
      return {
        changes: [
          { put: RUNNING_TIME, value: stored(at) },
          ...fresh.map(([of, mark]) => ({ put: ageMarkKey(of, mark.at), value: stored(mark.seq) })),
          ...past.map(([of, mark]) => ({ remove: ageMarkKey(of, mark.at) })),
        ],
        done() {
          savedMs = at;
          const removed = new Set(past.map(([, mark]) => mark));
          for (const of of EXPIRING) marks[of] = (marks[of] ?? []).filter((mark) => !removed.has(mark));
          for (const [of, mark] of fresh) marks[of]?.push(mark);
        },
      };
    },
    olderThan: (of, ttlMs) => marks[of]?.findLast(({ at }) => at <= runningMs - ttlMs)?.seq,
    oldestMs(of, acked) {
      const oldest = marks[of]?.find(({ seq }) => seq > acked);
      return oldest && runningMs - oldest.at;
    },
  };
}

/** A mark that cannot be read makes its rows younger, never older. */
function ignore(): void {}

import { devicePresence, lt, preparedWrite, sql, type Database, type Db } from '../../../platform/db/index.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Presence is kept for so many days. */
const KEPT_DAYS = 60;

/** Number of the day, from 1970-01-01 UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

const addHours = preparedWrite<{ device: string; day: number; hours: number }>((db) =>
  db
    .insert(devicePresence)
    .values({ device: sql.placeholder('device'), day: sql.placeholder('day'), hours: sql.placeholder('hours') })
    .onConflictDoUpdate({
      target: [devicePresence.device, devicePresence.day],
      set: { hours: sql`${devicePresence.hours} | ${sql.placeholder('hours')}` },
    }),
);

/** The device was heard in the hour of `at`, ms; said again within it, it changes nothing. */
export async function markSeen(tx: Db, device: string, at: number): Promise<void> {
  const hours = 1 << (Math.floor(at / HOUR_MS) % 24);
  await addHours(tx, [{ device, day: dayOf(at), hours }]);
}

/** Which devices were marked in the hour that runs: rows by the thousand cost one write an hour. */
export interface HourlyMarks {
  /** Of these devices, those that have no mark of this hour yet. */
  due(devices: Iterable<string>, at: number): string[];
  /** After the commit: a mark that was rolled back is made again. */
  made(devices: readonly string[], at: number): void;
}

export function createHourlyMarks(): HourlyMarks {
  let hour = Number.NaN;
  let marked = new Set<string>();
  const turn = (at: number) => {
    const now = Math.floor(at / HOUR_MS);
    if (now !== hour) marked = new Set();
    hour = now;
  };
  return {
    due(devices, at) {
      turn(at);
      return [...new Set(devices)].filter((device) => !marked.has(device));
    },
    made(devices, at) {
      turn(at);
      for (const device of devices) marked.add(device);
    },
  };
}

/** Forgets what is older than 60 days. */
export async function prunePresence(deps: { database: Database; now: () => number }): Promise<void> {
  await deps.database.transaction((tx) =>
    tx.delete(devicePresence).where(lt(devicePresence.day, dayOf(deps.now()) - KEPT_DAYS)),
  );
}

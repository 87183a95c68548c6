import { and, asc, devicePresence, gte, inArray, type ReadDb } from '../../../platform/db/index.ts';
import { dayOf } from './mark-seen.ts';

/** A day from 1970-01-01 UTC, and a bit for each of its hours in which the device was heard. */
export interface DayPresence {
  day: number;
  hours: number;
}

const CHUNK = 500;

/**
 * Days on which devices were heard since `from` (ms, rounded down to its day), oldest first. Devices that were not heard
 * at all are absent.
 */
export async function presenceOf(
  db: ReadDb,
  devices: readonly string[] | 'all',
  { from }: { from: number },
): Promise<Map<string, DayPresence[]>> {
  const since = gte(devicePresence.day, dayOf(from));
  const found = new Map<string, DayPresence[]>();
  const read = async (where: ReturnType<typeof and>) => {
    const rows = await db.select().from(devicePresence).where(where).orderBy(asc(devicePresence.day));
    for (const { device, day, hours } of rows) {
      const own = found.get(device);
      if (own === undefined) found.set(device, [{ day, hours }]);
      else own.push({ day, hours });
    }
  };
  if (devices === 'all') await read(since);
  else {
    for (let at = 0; at < devices.length; at += CHUNK) {
      await read(and(inArray(devicePresence.device, devices.slice(at, at + CHUNK)), since));
    }
  }
  return found;
}

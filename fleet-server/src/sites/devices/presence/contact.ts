import { DAY_MS, HOUR_MS } from './mark-seen.ts';
import type { DayPresence } from './presence-of.ts';

/** Days whose presence is looked at. */
const HISTORY_DAYS = 28;
/** The longest wait of which enough past days tell how it ended. */
const LONGEST_WAIT_MS = 14 * DAY_MS;
/** What all days say counts as so many days of the same weekday: sites rest on some, and four of each are few. */
const WEIGHT_OF_ALL_DAYS = 2;

interface Wait {
  /** From a moment of the past until the device was next heard; Infinity when it has not been since. */
  waitMs: number;
  /** What is known of the time after that moment. */
  watchedMs: number;
  sameWeekday: boolean;
}

/**
 * How likely a device is heard within `withinMs` from `now`: the share of the last 28 days on which, asked at the same
 * time of day, it would have been. Days whose answer is not known yet, and days before the device was first heard, do not
 * count; days of the same weekday count most. Presence is known by the hour, so an hour in which it was heard counts from
 * its beginning to its end; a wait of more than 14 days is taken for 14.
 * @param presence oldest first
 * @returns undefined while no past day can tell
 */
export function chanceOfContact(
  presence: readonly DayPresence[],
  { now, withinMs }: { now: number; withinMs: number },
): number | undefined {
  return contactCurve(presence, now)(withinMs);
}

/** The same for many waits from one moment: the past is read once. */
export function contactCurve(presence: readonly DayPresence[], now: number): (withinMs: number) => number | undefined {
  const waits = waitsOf(presence, now);
  return (withinMs) => {
    const within = Math.min(withinMs, LONGEST_WAIT_MS);
    return chanceBy(waits, { endMs: within, watchedMs: within });
  };
}

/**
 * The time from `now` after which the device has been heard with the chance `quantile`, by the same days; ms, and 0 where
 * it is usually there at this time.
 * @returns undefined while no past day can tell, and when it was not heard so often
 */
export function nextContactQuantile(
  presence: readonly DayPresence[],
  { now, quantile }: { now: number; quantile: number },
): number | undefined {
  const waits = waitsOf(presence, now);
  const ends = [...new Set(waits.map(({ waitMs }) => waitMs))].filter(Number.isFinite).toSorted((a, b) => a - b);
  return ends.find((endMs) => (chanceBy(waits, { endMs, watchedMs: 0 }) ?? 0) >= quantile);
}

/** By the waits of which so much is known; a loop, because ten thousand devices are asked again and again. */
function chanceBy(
  waits: readonly Wait[],
  { endMs, watchedMs }: { endMs: number; watchedMs: number },
): number | undefined {
  let [known, heard, same, sameHeard] = [0, 0, 0, 0];
  for (const wait of waits) {
    if (wait.watchedMs < watchedMs) continue;
    const isHeard = wait.waitMs <= endMs ? 1 : 0;
    known += 1;
    heard += isHeard;
    if (!wait.sameWeekday) continue;
    same += 1;
    sameHeard += isHeard;
  }
  if (known === 0) return undefined;
  return (sameHeard + (WEIGHT_OF_ALL_DAYS * heard) / known) / (same + WEIGHT_OF_ALL_DAYS);
}

function waitsOf(presence: readonly DayPresence[], now: number): Wait[] {
  const heard = hoursOf(presence, now);
  const [first] = heard;
  if (first === undefined) return [];
  const waits: Wait[] = [];
  let next = heard.length;
  for (let days = 1; days <= HISTORY_DAYS; days += 1) {
    const watchedMs = days * DAY_MS;
    const asked = now - watchedMs;
    if (asked < first * HOUR_MS) break;
    // The first hour that was not over then; moments go back from today, and it with them.
    while (next > 0 && ((heard[next - 1] ?? 0) + 1) * HOUR_MS > asked) next -= 1;
    const hour = heard[next];
    const waitMs = hour === undefined ? Infinity : Math.max(0, hour * HOUR_MS - asked);
    waits.push({ waitMs, watchedMs, sameWeekday: days % 7 === 0 });
  }
  return waits;
}

/** Hours since 1970 in which it was heard up to now, in order. */
function hoursOf(presence: readonly DayPresence[], now: number): number[] {
  const heard: number[] = [];
  for (const { day, hours } of presence) {
    for (let hour = 0; hour < 24; hour += 1) {
      const since1970 = day * 24 + hour;
      if ((hours >> hour) & 1 && since1970 * HOUR_MS <= now) heard.push(since1970);
    }
  }
  return heard;
}

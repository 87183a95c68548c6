import { z } from 'zod';
import { DAY_MS, firstDayOf, monthOf } from '../../calendar.ts';

const count = z.number().int().nonnegative();

/** What travelled in one calendar month, UTC, and by what this device knows which month it is. */
export const linkMonth = z.strictObject({
  monthFrom: z.number().int(),
  upBytes: count,
  downBytes: count,
  /** Newest signed time, ms, and how long this agent had run when it became known. */
  signedAt: z.number().int(),
  signedAtRunningMs: count,
});

export type LinkMonth = z.infer<typeof linkMonth>;

/** What the device knows about time: no part of it can be moved far by a wrong clock. */
export interface KnownTime {
  /** The clock, never before the newest signed time, ms. */
  trustedNow: number;
  /** Newest signed time, ms. */
  timeFloor: number;
  /** How long this agent has run, counted by timers, ms. */
  runningMs: number;
}

/** How far a clock may be ahead of what is known for sure: about as long as a site is closed, and never two months. */
const BELIEVED_AHEAD_MS = 28 * DAY_MS;

export function monthFromOf(at: number): number {
  const { year, month } = monthOf(Math.floor(at / DAY_MS));
  return firstDayOf(year, month) * DAY_MS;
}

export function nextMonthFrom(monthFrom: number): number {
  // The longest month has 31 days, so that the 32nd day after its first lies in the next one.
  return monthFromOf(monthFrom + 31 * DAY_MS + DAY_MS / 2);
}

export function firstMonth(known: KnownTime): LinkMonth {
  const { timeFloor: signedAt, runningMs: signedAtRunningMs } = known;
  const monthFrom = monthFromOf(believed(signedAt, signedAtRunningMs, known));
  return { monthFrom, upBytes: 0, downBytes: 0, signedAt, signedAtRunningMs };
}

/**
 * The month after time has passed. It only moves forward, so that a clock set back opens no second budget; and no
 * further than signed time, what has passed since by timers, and four weeks: a clock ten years ahead is not believed, and
 * would otherwise leave one budget for ten years. A device that was off for longer learns its month with the first
 * timestamp of the server, which is essential and always travels.
 */
export function turnMonth(month: LinkMonth, known: KnownTime): LinkMonth {
  const isNewer = known.timeFloor > month.signedAt;
  const signedAt = isNewer ? known.timeFloor : month.signedAt;
  const signedAtRunningMs = isNewer ? known.runningMs : month.signedAtRunningMs;
  const now = believed(signedAt, signedAtRunningMs, known);
  const monthFrom = monthFromOf(now);
  if (monthFrom > month.monthFrom) return { monthFrom, upBytes: 0, downBytes: 0, signedAt, signedAtRunningMs };
  return isNewer ? { ...month, signedAt, signedAtRunningMs } : month;
}

function believed(signedAt: number, signedAtRunningMs: number, { trustedNow, runningMs }: KnownTime): number {
  const latest = signedAt + Math.max(0, runningMs - signedAtRunningMs) + BELIEVED_AHEAD_MS;
  return Math.max(signedAt, Math.min(trustedNow, latest));
}

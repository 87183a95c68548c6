import type { FreezeDates, TimeWindow } from './rollout-plan.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall of a site shows. */
export interface WallTime {
  /** As in `2026-12-24`. */
  date: string;
  /** As in `mon`. */
  weekday: string;
  /** As in `22:05`. */
  time: string;
}

/**
 * @param at ms
 * @param zone IANA name, such as `Europe/Berlin`; times that a clock change leaves out never come, those it repeats
 * come twice
 */
export function wallTimeAt(at: number, zone: string): WallTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: part('weekday').toLowerCase(),
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** Whether a device may be given something new now; a window from late to early belongs to the day on which it opens. */
export function isInWindow(window: TimeWindow, wall: WallTime): boolean {
  const days: readonly string[] = window.days;
  const opensToday = days.includes(wall.weekday);
  if (window.from < window.until) return opensToday && wall.time >= window.from && wall.time < window.until;
  const openedYesterday = days.includes(dayBefore(wall.weekday));
  return (opensToday && wall.time >= window.from) || (openedYesterday && wall.time < window.until);
}

/** The freeze that covers this day, first and last day included. */
export function freezeOn(freezes: readonly FreezeDates[], wall: WallTime): FreezeDates | undefined {
  return freezes.find(({ from, until }) => from <= wall.date && wall.date <= until);
}

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
function dayBefore(weekday: string): string {
  return WEEK[(WEEK.indexOf(weekday) + 6) % 7] ?? '';
}

/** Making one takes a millisecond, asking it a thousandth of that. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const made = formats.get(zone);
  if (made !== undefined) return made;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

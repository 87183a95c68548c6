import { DAY_MS, WEEK_DAYS, weekdayOf } from '../../activity/schedule/work-calendar.ts';

/** How an exception of a calendar repeats, in the numbers of MSPDI. */
export interface Recurrence {
  fromDay: number;
  toDay: number;
  /** 1 daily, 2 yearly by day, 3 yearly by position, 4 monthly by day, 5 monthly by position, 6 weekly. */
  type: number;
  /** Every so many days, weeks, months or years. */
  period: number;
  /** Bits: 1 Sunday … 64 Saturday. */
  daysOfWeek: number;
  /** 0 day, 1 weekday, 2 weekend day, 3 Sunday … 9 Saturday. */
  monthItem: number;
  /** 0 first … 3 fourth, 4 last. */
  monthPosition: number;
  /** 0 January … 11 December. */
  month: number;
  monthDay: number;
  /** At most so many; Infinity when the end is a date. */
  occurrences: number;
}

/** Days of an exception, each once; one pass over the days from its first to its last. */
export function daysOf(rule: Recurrence): number[] {
  const days: number[] = [];
  const first = dateOf(rule.fromDay);
  for (let day = rule.fromDay; day <= rule.toDay && days.length < rule.occurrences; day++) {
    if (isOn(rule, day, first)) days.push(day);
  }
  return days;
}

interface DayDate {
  year: number;
  month: number;
  day: number;
}

function isOn(rule: Recurrence, day: number, first: DayDate): boolean {
  const { type, fromDay } = rule;
  const period = Math.max(1, rule.period);
  if (type === 6) {
    const weeks = Math.floor((day + 4) / WEEK_DAYS) - Math.floor((fromDay + 4) / WEEK_DAYS);
    return weeks % period === 0 && (rule.daysOfWeek & (1 << weekdayOf(day))) !== 0;
  }
  if (type < 2 || type > 6) return (day - fromDay) % period === 0;
  const date = dateOf(day);
  const isYearly = type === 2 || type === 3;
  if (isYearly && date.month !== rule.month) return false;
  const passed = isYearly ? date.year - first.year : (date.year - first.year) * 12 + date.month - first.month;
  if (passed % period !== 0) return false;
  return type === 2 || type === 4 ? date.day === rule.monthDay : isAtPosition(rule, day, date);
}

function isAtPosition(
  { monthItem, monthPosition }: Recurrence,
  day: number,
  { year, month, day: number }: DayDate,
): boolean {
  if (!isItem(monthItem, day)) return false;
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  let before = 0;
  let after = 0;
  for (let other = 1; other <= length; other++) {
    if (!isItem(monthItem, day - number + other)) continue;
    if (other < number) before++;
    else if (other > number) after++;
  }
  return monthPosition === 4 ? after === 0 : before === monthPosition;
}

function isItem(item: number, day: number): boolean {
  const weekday = weekdayOf(day);
  const isWeekend = weekday === 0 || weekday === 6;
  if (item === 0) return true;
  if (item === 1 || item === 2) return isWeekend === (item === 2);
  return weekday === item - 3;
}

function dateOf(day: number): DayDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

import { DAY_MS } from '../../calendar.ts';
import { monthFromOf, nextMonthFrom } from '../../link/budget/month.ts';

/** Bytes of hard examples in one calendar month, UTC. */
export interface ExamplesMonth {
  monthFrom: number;
  bytes: number;
}

/** The month that runs; it only moves forward, so that a clock set back opens no second budget. */
export function turnExamplesMonth(month: ExamplesMonth, now: number): ExamplesMonth {
  const monthFrom = monthFromOf(now);
  return monthFrom > month.monthFrom ? { monthFrom, bytes: 0 } : month;
}

/**
 * Whether so many bytes more may leave now. By the end of a day as much of the budget may be spent as of the month has
 * passed: one bad day must not leave nothing for the others.
 */
export function admits(month: ExamplesMonth, now: number, sizeBytes: number, budgetBytes: number): boolean {
  const lengthMs = nextMonthFrom(month.monthFrom) - month.monthFrom;
  const passedMs = (Math.floor(Math.max(0, now - month.monthFrom) / DAY_MS) + 1) * DAY_MS;
  return month.bytes + sizeBytes <= budgetBytes * Math.min(1, passedMs / lengthMs);
}

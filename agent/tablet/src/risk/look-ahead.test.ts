import { describe, expect, it } from 'vitest';
import { lookAhead } from './look-ahead.ts';
import { activity, inDays, NOW } from './testing/small-site.ts';

const MONDAY = 1;
const SUNDAY = 7;
const planned = (name: string, from: number, to: number) => ({
  activity: activity(name, { plan: { startAt: inDays(from), dueAt: inDays(to), values: {} } }),
});

describe('the look-ahead', () => {
  it('shows an activity in every week it touches, and what is overdue in this one', () => {
    const weeks = lookAhead(
      [planned('overdue', -30, -9), planned('long', 0, 12), planned('next', 6, 7), planned('far', 40, 50)],
      NOW,
      MONDAY,
    );
    expect(weeks.map(({ activities }) => activities.map((one) => one.activity.activity))).toEqual([
      ['overdue', 'long'],
      ['long', 'next'],
      ['long'],
    ]);
  });

  it.each([
    [MONDAY, 4],
    [SUNDAY, 3],
  ])('begins on the day a week begins with (%i): the %ith of May', (firstDay, date) => {
    const [week] = lookAhead([], NOW, firstDay);
    expect(new Date(week?.from ?? 0).getDate()).toBe(date);
    expect(new Date(week?.to ?? 0).getDate()).toBe(date + 7);
  });

  it('leaves out what is finished or has no plan', () => {
    const done = { activity: activity('done', { outcome: { label: 1, observedAt: NOW } }) };
    const noPlan = { activity: activity('no plan', { plan: undefined }) };
    expect(lookAhead([done, noPlan], NOW, MONDAY).flatMap(({ activities }) => activities)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { at, smallSchedule, type SmallSchedule } from '../testing/small-schedule.ts';
import { calculateNetwork, compareWithStored, HOUR_MS, standardWeek, type Schedule } from './index.ts';

const LINKED: SmallSchedule = {
  activities: [
    { id: 'A', hours: 16 },
    { id: 'B', hours: 8 },
    { id: 'C', hours: 8 },
  ],
  relations: ['A>B', 'B>C'],
};

/** The schedule as its tool would have saved it after scheduling. */
function saved(small: SmallSchedule): Schedule {
  const schedule = smallSchedule(small);
  const { dates } = calculateNetwork(schedule);
  const activities = schedule.activities.map((activity) => {
    const {
      activity: _id,
      critical: _critical,
      totalFloatWorkingDays: _w,
      totalFloatCalendarDays: _c,
      ...stored
    } = dates.get(activity.id)!;
    return { ...activity, stored };
  });
  return { ...schedule, activities };
}

const compare = (schedule: Schedule) => compareWithStored(calculateNetwork(schedule));
const change = (schedule: Schedule, id: string, edit: (one: Schedule['activities'][number]) => object): Schedule => ({
  ...schedule,
  activities: schedule.activities.map((one) => (one.id === id ? { ...one, ...edit(one) } : one)),
});

describe('the comparison with stored values', () => {
  it('finds nothing in a file as it was scheduled', () => {
    expect(compare(saved(LINKED))).toMatchObject({ compared: 18, equal: 18, differences: [] });
  });

  it('says which activity was edited after scheduling, and which only follow', () => {
    const longer = change(saved(LINKED), 'A', () => ({ durationMs: 24 * HOUR_MS, remainingMs: 24 * HOUR_MS }));
    const { differences } = compare(longer);
    const early = differences.filter(({ field }) => field === 'earlyFinish').map((one) => [one.activity, one.reason]);
    expect(early).toEqual([
      ['A', 'not_rescheduled'],
      ['B', 'follows_others'],
      ['C', 'follows_others'],
    ]);
  });

  it('says so of stored dates that break a relation added later', () => {
    const schedule = saved({ ...LINKED, relations: ['B>C'] });
    const edited = { ...schedule, relations: smallSchedule(LINKED).relations };
    const wrong = compare(edited).differences.find(({ activity, field }) => activity === 'B' && field === 'earlyStart');
    expect(wrong?.reason).toBe('not_rescheduled');
  });

  it('finds a float that its own dates contradict', () => {
    const edited = change(saved(LINKED), 'B', ({ stored }) => ({ stored: { ...stored, totalFloatMs: 80 * HOUR_MS } }));
    expect(compare(edited).differences).toEqual([
      { activity: 'B', field: 'totalFloatMs', stored: 80 * HOUR_MS, computed: 0, reason: 'float_contradicts_dates' },
    ]);
  });

  it('takes the end of one day for the start of the next where no work lies between', () => {
    const edited = change(saved(LINKED), 'B', ({ stored }) => ({
      stored: { ...stored, earlyFinish: at('2026-03-05 08:00') },
    }));
    expect(compare(edited)).toMatchObject({ equal: 18, sameMoment: 1, differences: [] });
  });

  it('blames a calendar that could not be read', () => {
    const schedule = saved(LINKED);
    const replaced = {
      ...standardWeek('office', 'office'),
      replaced: true,
      week: schedule.calendars[0]!.week.map(() => [{ startMs: 0, endMs: HOUR_MS }]),
    };
    const reasons = compare({ ...schedule, calendars: [replaced] }).differences.map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['calendar_replaced']));
  });

  it('counts what stores nothing, and compares planned dates of what was never scheduled', () => {
    const stored = { start: at('2026-03-02 08:00'), finish: at('2026-03-04 17:00') };
    const never = smallSchedule({
      activities: [
        { id: 'A', hours: 16, stored },
        { id: 'B', hours: 8, actualStart: at('2026-02-26 08:00'), actualFinish: at('2026-02-27 08:00') },
      ],
    });
    const comparison = compare(never);
    expect(comparison).toMatchObject({ compared: 2, equal: 1 });
    expect(comparison.notStored).toMatchObject({ never_scheduled: 1, completed: 1 });
    expect(comparison.differences).toMatchObject([{ activity: 'A', field: 'finish', reason: 'not_rescheduled' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { at, smallSchedule } from '../testing/small-schedule.ts';
import { calculateNetwork, floatsToMilestones } from './index.ts';

describe('floats towards milestones', () => {
  const result = calculateNetwork(
    smallSchedule({
      activities: [
        { id: 'dig', hours: 8 },
        { id: 'pour', hours: 40 },
        { id: 'paint', hours: 8 },
        { id: 'shell', type: 'finish-milestone' },
        { id: 'handover', type: 'finish-milestone' },
        { id: 'plaster', hours: 80, constraints: [{ type: 'start-on', date: at('2026-03-16 08:00') }] },
        { id: 'beside', hours: 8 },
      ],
      relations: ['dig>shell', 'pour>shell', 'shell>plaster', 'plaster>handover', 'paint>handover'],
    }),
  );
  const floats = floatsToMilestones(result);
  const of = (id: string) =>
    Object.fromEntries((floats.get(id) ?? []).map(({ milestone, workingDays }) => [milestone, workingDays]));

  it('are what an activity may slip before that milestone moves, also over the dates that a constraint holds', () => {
    expect(of('pour')).toEqual({ shell: 0, handover: 5 });
    expect(of('dig')).toEqual({ shell: 4, handover: 9 });
  });

  it('are given for milestones an activity leads to, and only those', () => {
    expect(of('paint')).toEqual({ handover: 19 });
    expect(of('plaster')).toEqual({ handover: 0 });
    expect(of('beside')).toEqual({});
  });

  it('are named in calendar days as well', () => {
    expect(floats.get('pour')?.find(({ milestone }) => milestone === 'handover')).toMatchObject({
      workingDays: 5,
      calendarDays: 7,
    });
  });
});

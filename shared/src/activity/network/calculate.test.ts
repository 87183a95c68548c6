import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, MONDAY, smallSchedule, wall, type SmallSchedule } from '../testing/small-schedule.ts';
import { calculateNetwork, ELAPSED_CALENDAR, HOUR_MS, loopsOf, NetworkError, standardWeek } from './index.ts';

function datesOf(small: SmallSchedule) {
  const { dates } = calculateNetwork(smallSchedule(small));
  return Object.fromEntries(
    [...dates].map(([id, one]) => [
      id,
      {
        early: [wall(one.earlyStart), wall(one.earlyFinish)],
        late: [wall(one.lateStart), wall(one.lateFinish)],
        float: one.totalFloatMs / HOUR_MS,
        free: one.freeFloatMs / HOUR_MS,
      },
    ]),
  );
}

/** Activities of one chain in alphabetical order, relations only forward: no loop, whatever is drawn. */
const networks = fc
  .record({
    hours: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 12 }),
    links: fc.array(
      fc.record({
        from: fc.nat(10),
        gap: fc.integer({ min: 1, max: 5 }),
        type: fc.constantFrom('FS', 'SS', 'FF', 'SF'),
        lag: fc.integer({ min: 0, max: 10 }),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ hours, links }) => ({
    activities: hours.map((one, index) => ({ id: String.fromCharCode(65 + index), hours: one })),
    links: links
      .map(({ from, gap, ...rest }) => ({ from, to: from + gap, ...rest }))
      .filter(({ to }) => to < hours.length),
  }));

function chain(length: number) {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  const relations = ids.slice(1).map((id, index) => `${ids[index]}>${id}`);
  return smallSchedule({ activities: ids.map((id) => ({ id, hours: 8 })), relations });
}

function timed(length: number): number {
  const schedule = chain(length);
  const started = performance.now();
  calculateNetwork(schedule);
  return performance.now() - started;
}

const name = (index: number) => String.fromCharCode(65 + index);

describe('the network calculation', () => {
  it('is the longest path of brute force where every hour is worked', () => {
    fc.assert(
      fc.property(networks, ({ activities, links }) => {
        const relations = links.map(({ from, to, type, lag }) => `${name(from)}>${name(to)} ${type} ${lag}`);
        const small = { activities, relations, calendar: ELAPSED_CALENDAR };
        const { dates } = calculateNetwork(smallSchedule(small));
        const hours = activities.map((one) => one.hours);
        // Start of every activity by relaxing all relations until nothing moves.
        const start = hours.map(() => 0);
        for (let round = 0; round < hours.length; round++) {
          for (const { from, to, type, lag } of links) {
            const base = type[0] === 'F' ? start[from]! + hours[from]! : start[from]!;
            start[to] = Math.max(start[to]!, base + lag - (type[1] === 'F' ? hours[to]! : 0));
          }
        }
        const zero = at(MONDAY);
        expect(activities.map(({ id }) => (dates.get(id)!.earlyStart - zero) / HOUR_MS)).toEqual(start);
      }),
    );
  });

  it('never has an early date after a late one, and a critical path from the start to the end', () => {
    fc.assert(
      fc.property(networks, fc.constantFrom('p6', 'ms-project'), ({ activities, links }, method) => {
        const relations = links.map(({ from, to, type, lag }) => `${name(from)}>${name(to)} ${type} ${lag}`);
        const small = { activities, relations, rules: { method: method as 'p6' | 'ms-project' } };
        const { dates, projectFinish } = calculateNetwork(smallSchedule(small));
        const all = [...dates.values()];
        expect(all.filter(({ earlyStart, lateStart }) => earlyStart > lateStart)).toEqual([]);
        expect(all.filter(({ totalFloatMs }) => totalFloatMs < 0)).toEqual([]);
        // A relation from a start says nothing of how long the finish may wait.
        const finishesOnly = links.every(({ type }) => type[0] === 'F');
        const freer = all.filter(({ freeFloatMs, totalFloatMs }) => freeFloatMs > totalFloatMs);
        expect(finishesOnly ? freer : []).toEqual([]);
        const last = all.filter(({ earlyFinish }) => earlyFinish === projectFinish.get('P'));
        expect(last.every(({ critical }) => critical)).toBe(true);
        expect(all.some(({ critical, earlyStart }) => critical && wall(earlyStart) === MONDAY)).toBe(true);
      }),
    );
  });

  it.each<[string, Partial<SmallSchedule>, [start: string, finish: string]]>([
    ['FS', { relations: ['A>B'] }, ['2026-03-04 08:00', '2026-03-04 17:00']],
    ['FS with a lag over the night', { relations: ['A>B FS 4'] }, ['2026-03-04 13:00', '2026-03-05 12:00']],
    ['FS with a lead', { relations: ['A>B FS -8'] }, ['2026-03-03 08:00', '2026-03-03 17:00']],
    ['SS with a lag', { relations: ['A>B SS 4'] }, ['2026-03-02 13:00', '2026-03-03 12:00']],
    ['FF', { relations: ['A>B FF'] }, ['2026-03-03 08:00', '2026-03-03 17:00']],
    ['SF with a lag', { relations: ['A>B SF 12'] }, ['2026-03-02 13:00', '2026-03-03 12:00']],
    [
      'FS with a lag in elapsed time',
      { relations: ['A>B FS 24'], lagCalendar: ELAPSED_CALENDAR.id },
      ['2026-03-05 08:00', '2026-03-05 17:00'],
    ],
  ])('places B after A by %s', (_, { relations = [], ...rest }, expected) => {
    const activities = [
      { id: 'A', hours: 16 },
      { id: 'B', hours: 8 },
    ];
    const { B } = datesOf({ activities, relations, ...rest });
    expect(B?.early).toEqual(expected);
  });

  it.each<[string, 'p6' | 'ms-project', SmallSchedule['activities'][number]['constraints'], string, string]>([
    [
      'start no earlier',
      'p6',
      [{ type: 'start-no-earlier', date: at('2026-03-07 08:00') }],
      '2026-03-09 08:00',
      '2026-03-17 17:00',
    ],
    [
      'finish no earlier',
      'p6',
      [{ type: 'finish-no-earlier', date: at('2026-03-10 17:00') }],
      '2026-03-10 08:00',
      '2026-03-17 17:00',
    ],
    [
      'start no later',
      'p6',
      [{ type: 'start-no-later', date: at('2026-03-05 08:00') }],
      '2026-03-04 08:00',
      '2026-03-05 17:00',
    ],
    [
      'finish no later, too early',
      'p6',
      [{ type: 'finish-no-later', date: at('2026-03-03 17:00') }],
      '2026-03-04 08:00',
      '2026-03-03 17:00',
    ],
    ['start on', 'p6', [{ type: 'start-on', date: at('2026-03-05 08:00') }], '2026-03-05 08:00', '2026-03-05 17:00'],
    [
      'start on, against the logic',
      'p6',
      [{ type: 'start-on', date: at('2026-03-02 08:00') }],
      '2026-03-04 08:00',
      '2026-03-02 17:00',
    ],
    [
      'must start, against the logic',
      'p6',
      [{ type: 'must-start', date: at('2026-03-02 08:00') }],
      '2026-03-02 08:00',
      '2026-03-02 17:00',
    ],
    [
      'must finish',
      'p6',
      [{ type: 'must-finish', date: at('2026-03-12 17:00') }],
      '2026-03-12 08:00',
      '2026-03-12 17:00',
    ],
    ['as late as possible', 'p6', [{ type: 'as-late-as-possible' }], '2026-03-17 08:00', '2026-03-17 17:00'],
    [
      'two at once',
      'p6',
      [
        { type: 'start-no-earlier', date: at('2026-03-05 08:00') },
        { type: 'finish-no-later', date: at('2026-03-06 17:00') },
      ],
      '2026-03-05 08:00',
      '2026-03-06 17:00',
    ],
    [
      'must start',
      'ms-project',
      [{ type: 'must-start', date: at('2026-03-06 08:00') }],
      '2026-03-06 08:00',
      '2026-03-06 17:00',
    ],
    [
      'start no later, honoured',
      'ms-project',
      [{ type: 'start-no-later', date: at('2026-03-03 08:00') }],
      '2026-03-03 08:00',
      '2026-03-03 17:00',
    ],
  ])('takes "%s" of %s as that tool does', (_, method, constraints = [], earlyStart, lateFinish) => {
    const { B } = datesOf({
      activities: [
        { id: 'A', hours: 16 },
        { id: 'B', hours: 8, constraints },
        { id: 'end', hours: 96 },
      ],
      relations: ['A>B'],
      rules: { method },
    });
    expect([B?.early[0], B?.late[1]]).toEqual([earlyStart, lateFinish]);
  });

  it('moves late dates by a deadline and by an imposed finish, early ones never', () => {
    const activities = [{ id: 'A', hours: 16, deadline: at('2026-03-02 17:00') }];
    const late = datesOf({ activities, rules: { method: 'ms-project' } })['A'];
    expect(late).toMatchObject({ early: ['2026-03-02 08:00', '2026-03-03 17:00'], float: -8 });
    const project = { mustFinishBy: at('2026-03-06 17:00') };
    expect(datesOf({ activities: [{ id: 'A', hours: 16 }], project })['A']).toMatchObject({ float: 24 });
  });

  it('schedules from the finish: everything as late as the finish allows', () => {
    const dates = datesOf({
      activities: [
        { id: 'A', hours: 8 },
        { id: 'B', hours: 8 },
      ],
      relations: ['A>B'],
      rules: { method: 'ms-project' },
      project: { scheduleFromFinish: at('2026-03-13 17:00') },
    });
    expect(dates['A']?.early).toEqual(['2026-03-12 08:00', '2026-03-12 17:00']);
    expect(dates['B']?.late).toEqual(['2026-03-13 08:00', '2026-03-13 17:00']);
  });

  const progressed: SmallSchedule = {
    activities: [
      { id: 'A', hours: 16 },
      { id: 'B', hours: 8, actualStart: at('2026-02-26 08:00') },
    ],
    relations: ['A>B'],
  };

  it('holds what has started out of sequence by retained logic, and not where progress overrides it', () => {
    expect(datesOf(progressed)['B']?.early).toEqual(['2026-03-04 08:00', '2026-03-04 17:00']);
    const rules = { outOfSequence: 'progress-override' as const };
    expect(datesOf({ ...progressed, rules })['B']?.early).toEqual(['2026-03-02 08:00', '2026-03-02 17:00']);
  });

  it('plans what remains from the data date, and counts a lag from the actual finish', () => {
    const { B, C } = datesOf({
      activities: [
        { id: 'A', hours: 16, actualStart: at('2026-02-26 08:00'), actualFinish: at('2026-02-27 17:00') },
        { id: 'B', hours: 8 },
        { id: 'C', hours: 80, remainingMs: 12 * HOUR_MS, actualStart: at('2026-02-20 08:00') },
      ],
      relations: ['A>B FS 16'],
    });
    expect(B?.early[0]).toBe('2026-03-04 08:00');
    expect(C?.early).toEqual(['2026-03-02 08:00', '2026-03-03 12:00']);
  });

  it('spans a level of effort between what it hangs on, and it drives nothing', () => {
    const { effort, B } = datesOf({
      activities: [
        { id: 'A', hours: 16 },
        { id: 'B', hours: 16 },
        { id: 'effort', hours: 400, type: 'level-of-effort' },
      ],
      relations: ['A>B', 'A>effort SS', 'effort>B FF'],
    });
    expect(effort?.early).toEqual(['2026-03-02 08:00', '2026-03-05 17:00']);
    expect(B?.early[1]).toBe('2026-03-05 17:00');
  });

  it('sums up a summary, and lets relations of a summary hold everything inside', () => {
    const dates = datesOf({
      activities: [
        { id: 'A', hours: 16 },
        { id: 'house', type: 'summary', members: ['B', 'C'] },
        { id: 'B', hours: 8 },
        { id: 'C', hours: 24 },
        { id: 'D', hours: 8 },
      ],
      relations: ['A>house', 'house>D'],
      rules: { method: 'ms-project' },
    });
    expect(dates['B']?.early[0]).toBe('2026-03-04 08:00');
    expect(dates['house']).toMatchObject({ early: ['2026-03-04 08:00', '2026-03-06 17:00'], float: 0 });
    expect(dates['D']?.early[0]).toBe('2026-03-09 08:00');
    expect(dates['B']?.float).toBe(16);
  });

  it.each([
    ['A>B', 16],
    ['A>B SS', 24],
    ['A>B FF', 24],
    ['A>B SF', 32],
  ])('measures the free float of %s from the ends that it ties together', (relation, free) => {
    const activities = [
      { id: 'A', hours: 8 },
      { id: 'B', hours: 8 },
      { id: 'X', hours: 24 },
    ];
    // B begins when X has ended, after 24 hours of work, and ends after 32.
    expect(datesOf({ activities, relations: ['X>B', relation], rules: { method: 'p6' } })['A']?.free).toBe(free);
  });

  it('gives a summary the free float of what leaves it, in Microsoft Project alone', () => {
    const activities: SmallSchedule['activities'] = [
      { id: 'house', type: 'summary', members: ['B', 'C'] },
      { id: 'B', hours: 8 },
      { id: 'C', hours: 16 },
      { id: 'D', hours: 8 },
      { id: 'E', hours: 40 },
      { id: 'F', hours: 8 },
    ];
    // D begins as soon as C has ended; where F alone follows, it waits for E.
    const relations = ['B>C', 'C>D', 'D>F', 'E>F'];
    const free = (method: 'ms-project' | 'p6') => datesOf({ activities, relations, rules: { method } })['house']?.free;
    expect([free('ms-project'), free('p6')]).toEqual([0, 0]);
    const held = datesOf({
      activities,
      relations: ['B>C', 'C>F', 'D>F', 'E>F'],
      rules: { method: 'ms-project' },
    });
    expect(held['house']).toMatchObject({ float: 16, free: 16 });
  });

  it('is not held by a summary without members', () => {
    const activities: SmallSchedule['activities'] = [
      { id: 'empty', type: 'summary', members: [] },
      { id: 'A', hours: 8 },
    ];
    for (const relation of ['empty>A FS 8', 'empty>A SS 8', 'A>empty FS -8']) {
      const dates = datesOf({ activities, relations: [relation], rules: { method: 'ms-project' } });
      expect(dates).toMatchObject({ A: { early: ['2026-03-02 08:00', '2026-03-02 17:00'], float: 0 } });
    }
  });

  it('leaves out what is inactive, and takes dates of people as they are', () => {
    const dates = datesOf({
      activities: [
        { id: 'A', hours: 800, inactive: true },
        { id: 'B', hours: 8, fixed: { start: at('2026-03-10 08:00'), finish: at('2026-03-10 17:00') } },
        { id: 'C', hours: 8 },
      ],
      relations: ['A>C', 'B>C'],
      rules: { method: 'ms-project' },
    });
    expect(Object.keys(dates)).toEqual(['B', 'C']);
    expect(dates['C']?.early[0]).toBe('2026-03-11 08:00');
  });

  it('lasts by its resources where these work at other times', () => {
    const night = {
      ...standardWeek('night', 'night'),
      week: Array.from({ length: 7 }, () => [{ startMs: 0, endMs: 4 * HOUR_MS }]),
    };
    const schedule = smallSchedule({
      activities: [{ id: 'A', hours: 8, spans: [{ calendar: 'night', delayMs: 0, remainingMs: 8 * HOUR_MS }] }],
    });
    const { dates } = calculateNetwork({ ...schedule, calendars: [...schedule.calendars, night] });
    expect(wall(dates.get('A')!.earlyStart)).toBe('2026-03-03 00:00');
    expect(wall(dates.get('A')!.earlyFinish)).toBe('2026-03-04 04:00');
  });

  it('names every loop by its activities', () => {
    const schedule = smallSchedule({
      activities: ['A', 'B', 'C', 'D', 'E', 'F'].map((id) => ({ id, hours: 8 })),
      relations: ['A>B', 'B>C', 'C>A', 'C>D', 'E>F', 'F>E', 'D>D'],
    });
    expect(loopsOf(schedule).map((loop) => loop.toSorted().join(''))).toEqual(
      expect.arrayContaining(['ABC', 'EF', 'D']),
    );
    expect(loopsOf(schedule)).toHaveLength(3);
    expect(() => calculateNetwork(schedule)).toThrow(NetworkError);
  });

  it('lists open starts and ends', () => {
    const result = calculateNetwork(
      smallSchedule({ activities: ['A', 'B', 'C'].map((id) => ({ id, hours: 8 })), relations: ['A>B'] }),
    );
    expect([result.openStarts, result.openEnds]).toEqual([
      ['A', 'C'],
      ['C', 'B'],
    ]);
  });

  it('says floats in working and in calendar days', () => {
    const { dates } = calculateNetwork(
      smallSchedule({
        activities: [
          { id: 'A', hours: 8 },
          { id: 'end', hours: 48 },
        ],
      }),
    );
    expect(dates.get('A')).toMatchObject({ totalFloatWorkingDays: 5, totalFloatCalendarDays: 7, critical: false });
  });

  it('visits every relation a fixed number of times: a chain eight times as long costs no more than a small multiple', () => {
    timed(1_000);
    const [small, large] = [Math.min(timed(1_000), timed(1_000)), Math.min(timed(8_000), timed(8_000))];
    expect(large).toBeLessThan(Math.max(small, 2) * 40);
  });
});

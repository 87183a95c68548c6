import { describe, expect, it } from 'vitest';
import { wall } from '../../activity/testing/small-schedule.ts';
import { calculateNetwork, DAY_MS, HOUR_MS } from '../../activity/network/index.ts';
import { isCodedError } from '../../errors/index.ts';
import { readSchedule } from '../read-schedule.ts';
import { daysOf } from './recurring.ts';
import { readMsProject } from './index.ts';
import type { ScheduleLimits } from '../errors.ts';

type Fields = Record<string, string | number>;

const element = (name: string, fields: Fields, inner = '') =>
  `<${name}>${Object.entries(fields)
    .map(([key, value]) => `<${key}>${value}</${key}>`)
    .join('')}${inner}</${name}>`;

const TIMES = element('WorkingTimes', {}, element('WorkingTime', { FromTime: '08:00:00', ToTime: '16:00:00' }));
const WEEK = [1, 2, 3, 4, 5, 6, 7]
  .map((day) =>
    day === 1 || day === 7
      ? element('WeekDay', { DayType: day, DayWorking: 0 })
      : element('WeekDay', { DayType: day, DayWorking: 1 }, TIMES),
  )
  .join('');
const OFFICE = element('Calendar', { UID: 1, Name: 'Office', BaseCalendarUID: -1 }, element('WeekDays', {}, WEEK));

interface Parts {
  header?: Fields;
  calendars?: string;
  tasks: string;
  more?: string;
}

const xml = ({ header = {}, calendars = OFFICE, tasks, more = '' }: Parts) =>
  `<?xml version="1.0" encoding="UTF-8"?><Project xmlns="http://schemas.microsoft.com/project">${Object.entries({
    Title: 'Tower',
    ScheduleFromStart: 1,
    StartDate: '2026-03-02T08:00:00',
    CalendarUID: 1,
    MinutesPerDay: 480,
    ...header,
  })
    .map(([key, value]) => `<${key}>${value}</${key}>`)
    .join('')}<Calendars>${calendars}</Calendars><Tasks>${tasks}</Tasks>${more}</Project>`;

const task = (uid: number, fields: Fields = {}, inner = '') =>
  element(
    'Task',
    { UID: uid, ID: uid, Name: `Task ${uid}`, OutlineLevel: 1, Duration: 'PT8H0M0S', DurationFormat: 7, ...fields },
    inner,
  );
const link = (fields: Fields) => element('PredecessorLink', { Type: 1, LinkLag: 0, LagFormat: 7, ...fields });

async function earlyOf(parts: Parts): Promise<Record<string, string[]>> {
  const { dates } = calculateNetwork(await readMsProject([xml(parts)]));
  return Object.fromEntries([...dates].map(([id, one]) => [id, [wall(one.earlyStart), wall(one.earlyFinish)]]));
}

async function codeOf(source: string | Uint8Array, limits: Partial<ScheduleLimits> = {}): Promise<string> {
  return readMsProject([source], limits).then(
    () => 'none',
    (error: unknown) => (isCodedError(error) ? error.code : String(error)),
  );
}

describe('readMsProject', () => {
  it.each<[string, Fields, string[]]>([
    ['FS', {}, ['2026-03-04 08:00', '2026-03-04 16:00']],
    ['FF', { Type: 0 }, ['2026-03-03 08:00', '2026-03-03 16:00']],
    ['SS', { Type: 3 }, ['2026-03-02 08:00', '2026-03-02 16:00']],
    ['a lag of two days', { LinkLag: 9600 }, ['2026-03-06 08:00', '2026-03-06 16:00']],
    ['a lead of four hours', { LinkLag: -2400 }, ['2026-03-03 12:00', '2026-03-04 12:00']],
    ['a lag of half the predecessor', { LinkLag: 50, LagFormat: 19 }, ['2026-03-05 08:00', '2026-03-05 16:00']],
    ['a lag of four elapsed days', { LinkLag: 57_600, LagFormat: 8 }, ['2026-03-09 08:00', '2026-03-09 16:00']],
  ])('reads a relation: %s', async (_, fields, expected) => {
    const tasks = task(1, { Duration: 'PT16H0M0S' }) + task(2, {}, link({ PredecessorUID: 1, ...fields }));
    expect((await earlyOf({ tasks }))['2']).toEqual(expected);
  });

  it.each<[string, Fields, string[]]>([
    ['a task in elapsed time', { Duration: 'PT72H0M0S', DurationFormat: 8 }, ['2026-03-02 08:00', '2026-03-05 08:00']],
    [
      'a manual task',
      { Manual: 1, Start: '2026-03-10T10:00:00', Finish: '2026-03-11T10:00:00' },
      ['2026-03-10 10:00', '2026-03-11 10:00'],
    ],
    [
      'start no earlier',
      { ConstraintType: 4, ConstraintDate: '2026-03-07T08:00:00' },
      ['2026-03-09 08:00', '2026-03-09 16:00'],
    ],
    [
      'must finish',
      { ConstraintType: 3, ConstraintDate: '2026-03-12T16:00:00' },
      ['2026-03-12 08:00', '2026-03-12 16:00'],
    ],
    [
      'what has started',
      { ActualStart: '2026-02-26T08:00:00', PercentComplete: 50, Duration: 'PT32H0M0S' },
      ['2026-02-26 08:00', '2026-03-03 16:00'],
    ],
    ['a levelling delay', { LevelingDelay: 4800, LevelingDelayFormat: 8 }, ['2026-03-03 08:00', '2026-03-03 16:00']],
  ])('reads %s', async (_, fields, expected) => {
    expect((await earlyOf({ tasks: task(1, fields) }))['1']).toEqual(expected);
  });

  it('reads what surrounds a task: hierarchy, deadline, baseline, stored dates, an empty line', async () => {
    const baseline = element('Baseline', { Number: 0, Start: '2026-03-01T08:00:00', Finish: '2026-03-03T16:00:00' });
    const { activities, counts } = await readMsProject([
      xml({
        tasks:
          task(0, { Summary: 1, OutlineLevel: 0 }) +
          task(1, { Summary: 1, Name: 'House' }) +
          task(
            2,
            { OutlineLevel: 2, Deadline: '2026-03-20T16:00:00', TotalSlack: 4800, EarlyStart: '2026-03-02T08:00:00' },
            baseline,
          ) +
          element('Task', { UID: 3, IsNull: 1 }) +
          task(4, { Active: 0 }),
      }),
    ]);
    expect(counts).toMatchObject({ Task: 5 });
    expect(activities.map(({ id, type, members, inactive }) => [id, type, members, inactive])).toEqual([
      ['0', 'summary', ['1', '4'], undefined],
      ['1', 'summary', ['2'], undefined],
      ['2', 'task', undefined, undefined],
      ['4', 'task', undefined, true],
    ]);
    expect(activities[2]).toMatchObject({ wbs: ['House'], stored: { totalFloatMs: 8 * HOUR_MS } });
    expect([wall(activities[2]!.deadline!), wall(activities[2]!.planned!.finish)]).toEqual([
      '2026-03-20 16:00',
      '2026-03-03 16:00',
    ]);
  });

  it('lasts by the calendars of its resources, derived from their base, holidays included', async () => {
    const period = element('TimePeriod', { FromDate: '2026-03-03T00:00:00', ToDate: '2026-03-03T23:59:00' });
    const holiday = element('Exceptions', {}, element('Exception', { Type: 1, DayWorking: 0 }, period));
    const half = element('WorkingTimes', {}, element('WorkingTime', { FromTime: '08:00:00', ToTime: '12:00:00' }));
    const days = element('WeekDays', {}, element('WeekDay', { DayType: 2, DayWorking: 1 }, half));
    const own = element('Calendar', { UID: 2, Name: 'Ana', BaseCalendarUID: 1 }, holiday + days);
    const more =
      `<Resources>${element('Resource', { UID: 5, Type: 1, CalendarUID: 2 })}</Resources>` +
      `<Assignments>${element('Assignment', { TaskUID: 1, ResourceUID: 5, Units: 1, Work: 'PT8H0M0S' })}</Assignments>`;
    // Four hours on Monday, none on Tuesday, the rest on Wednesday.
    expect((await earlyOf({ tasks: task(1), calendars: OFFICE + own, more }))['1']?.[1]).toBe('2026-03-04 12:00');
    expect(
      (await earlyOf({ tasks: task(1, { IgnoreResourceCalendar: 1 }), calendars: OFFICE + own, more }))['1']?.[1],
    ).toBe('2026-03-02 16:00');
  });

  it.each<[string, string, Parts]>([
    ['a relation to another file', 'relation_external', { tasks: task(1, {}, link({ PredecessorUID: 9 })) }],
    ['a relation of no type', 'relation_invalid', { tasks: task(1, {}, link({ PredecessorUID: 1, Type: 7 })) }],
    ['a duration that is none', 'xml_duration_invalid', { tasks: task(1, { Duration: '8 hours' }) }],
    ['a date that is none', 'xml_date_invalid', { tasks: task(1, { Deadline: 'soon' }) }],
    ['a UID twice', 'xml_duplicate_id', { tasks: task(1) + task(1) }],
    ['a constraint without date', 'constraint_invalid', { tasks: task(1, { ConstraintType: 4 }) }],
    ['a calendar that is not there', 'calendar_unknown', { tasks: task(1, { CalendarUID: 12 }) }],
    [
      'a calendar without work',
      'calendar_invalid',
      {
        tasks: task(1),
        calendars: element(
          'Calendar',
          { UID: 1, Name: 'x' },
          element('WeekDays', {}, element('WeekDay', { DayType: 2, DayWorking: 0 })),
        ),
      },
    ],
  ])('lists %s as %s, with its path, and reads on', async (_, code, parts) => {
    const schedule = await readMsProject([xml(parts)]);
    const problem = schedule.problems.find((one) => one.code === code);
    expect(problem?.at).toMatch(/^(Tasks\/Task|Calendars\/Calendar)\[UID=\d+\]/);
    expect(schedule.activities.length).toBeGreaterThan(0);
  });

  it.each<[string, string, string | Uint8Array, Partial<ScheduleLimits>?]>([
    ['a file cut off', 'xml_malformed', xml({ tasks: task(1) }).slice(0, -30)],
    ['tags that cross', 'xml_malformed', '<Project><Tasks></Project></Tasks>'],
    [
      'an entity of its own',
      'xml_document_type',
      '<!DOCTYPE Project [<!ENTITY a "aaaa">]><Project><Title>&a;</Title></Project>',
    ],
    ['an unknown entity', 'xml_malformed', '<Project><Title>&a;</Title></Project>'],
    ['another root', 'xml_wrong_root', '<html></html>'],
    ['elements nested without end', 'xml_too_deep', `<Project>${'<a>'.repeat(500)}`],
    ['no tasks', 'schedule_empty', xml({ tasks: '' })],
    ['more bytes than the limit', 'schedule_too_large', xml({ tasks: task(1) }), { sizeBytes: 100 }],
    ['more tasks than the limit', 'schedule_too_large', xml({ tasks: task(1) + task(2) }), { activities: 1 }],
    [
      'a text beyond the limit',
      'schedule_line_too_long',
      xml({ tasks: task(1, { Name: 'x'.repeat(500) }) }),
      { lineCharacters: 400 },
    ],
    [
      'bytes that are not UTF-8',
      'schedule_not_text',
      Uint8Array.of(...new TextEncoder().encode('<Project><Title>'), 0xff, 0xfe, 0xff),
    ],
    [
      'an encoding nobody knows',
      'schedule_not_text',
      new TextEncoder().encode('<?xml version="1.0" encoding="klingon"?><Project/>'),
    ],
  ])('refuses %s as %s', async (_, code, source, limits) => {
    expect(await codeOf(source, limits)).toBe(code);
  });

  it('reads UTF-16 and Windows-1252 by what they declare, however the bytes are cut', async () => {
    const text = xml({ tasks: task(1, { Name: 'Dach Süd' }) });
    const wide = new Uint8Array(new Uint16Array([...`\uFEFF${text}`].map((one) => one.charCodeAt(0))).buffer);
    const latin = Uint8Array.from(text.replace('UTF-8', 'windows-1252'), (one) => one.charCodeAt(0));
    for (const bytes of [wide, latin, new TextEncoder().encode(text)]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / 9) }, (_, i) => bytes.slice(i * 9, i * 9 + 9));
      expect((await readSchedule(chunks)).activities[0]?.name).toBe('Dach Süd');
    }
  });
});

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / DAY_MS;

describe('recurring exceptions', () => {
  const rule = {
    fromDay: day('2026-01-01'),
    toDay: day('2026-12-31'),
    type: 1,
    period: 1,
    daysOfWeek: 0,
    monthItem: 0,
    monthPosition: 0,
    month: 0,
    monthDay: 0,
    occurrences: 3,
  };
  it.each<[string, Partial<typeof rule>, string[]]>([
    ['every second day', { period: 2 }, ['01-01', '01-03', '01-05']],
    ['every second week on Monday and Friday', { type: 6, period: 2, daysOfWeek: 2 + 32 }, ['01-02', '01-12', '01-16']],
    ['yearly on 25 December', { type: 2, month: 11, monthDay: 25 }, ['12-25']],
    ['the last Monday of May', { type: 3, month: 4, monthItem: 4, monthPosition: 4 }, ['05-25']],
    ['the 15th of every third month', { type: 4, period: 3, monthDay: 15 }, ['01-15', '04-15', '07-15']],
    ['the first weekday of every month', { type: 5, monthItem: 1, monthPosition: 0 }, ['01-01', '02-02', '03-02']],
  ])('fall on %s', (_, change, expected) => {
    expect(daysOf({ ...rule, ...change }).map((one) => wall(one * DAY_MS).slice(5, 10))).toEqual(expected);
  });
});

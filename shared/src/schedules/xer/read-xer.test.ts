import { describe, expect, it } from 'vitest';
import { wall } from '../../activity/testing/small-schedule.ts';
import { HOUR_MS } from '../../activity/network/index.ts';
import { isCodedError } from '../../errors/index.ts';
import { parseNumber, parseWallTime } from '../values.ts';
import { readXer } from './index.ts';
import type { ScheduleLimits } from '../errors.ts';

type Row = Record<string, string | number>;
type Tables = Record<string, Row[]>;

/** A file as P6 writes it: the columns of a table are those of its first row. */
function xer(tables: Tables, end = '%E\r\n', lineEnd = '\r\n'): string {
  const lines = ['ERMHDR\t22.12\t2026-03-01\tProject\tadmin'];
  for (const [table, rows] of Object.entries(tables)) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    lines.push(`%T\t${table}`, `%F\t${columns.join('\t')}`);
    for (const row of rows) lines.push(`%R\t${columns.map((column) => row[column] ?? '').join('\t')}`);
  }
  return [...lines, end].join(lineEnd);
}

const SHIFTS = '(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())';
const WEEK = [1, 2, 3, 4, 5, 6, 7].map((day) => `(0||${day}()(${day === 1 || day === 7 ? '' : SHIFTS}))`).join('');
const OFFICE = `(0||CalendarData()(\x7F\x7F  (0||DaysOfWeek()(${WEEK}))(0||VIEW(ShowTotal|Y)())(0||Exceptions()((0||0(d|46083)())(0||1(d|46088)((0||0(s|8:00|f|10:00)())))))))`;

const BASE: Tables = {
  PROJECT: [
    {
      proj_id: 1,
      proj_short_name: 'Tower',
      clndr_id: 7,
      last_recalc_date: '2026-03-02 08:00',
      plan_start_date: '2026-03-02 08:00',
    },
  ],
  CALENDAR: [{ clndr_id: 7, clndr_name: 'Office', day_hr_cnt: 8, clndr_data: OFFICE }],
  PROJWBS: [
    { wbs_id: 10, proj_id: 1, wbs_short_name: 'T', parent_wbs_id: '' },
    { wbs_id: 11, proj_id: 1, wbs_short_name: 'Shell', parent_wbs_id: 10 },
  ],
  TASK: [
    task('A', {
      target_drtn_hr_cnt: 16,
      remain_drtn_hr_cnt: '4,5',
      act_start_date: '2026-02-27 08:00',
      status_code: 'TK_Active',
    }),
    task('B', {
      target_drtn_hr_cnt: '8.0',
      cstr_type: 'CS_MSOA',
      cstr_date: '2026-03-05 08:00',
      cstr_type2: 'CS_MEOB',
      cstr_date2: '2026-03-09 17:00',
    }),
    task('M', { task_type: 'TT_FinMile' }),
  ],
  TASKPRED: [
    { task_id: 'B', pred_task_id: 'A', pred_type: 'PR_SS', lag_hr_cnt: -2.5, proj_id: 1, pred_proj_id: 1 },
    { task_id: 'M', pred_task_id: 'B', pred_type: 'PR_FF', lag_hr_cnt: 0, proj_id: 1, pred_proj_id: 1 },
  ],
};

function task(id: string, change: Row = {}): Row {
  const head = { task_id: id, proj_id: 1, wbs_id: 11, clndr_id: 7, task_code: `C-${id}`, task_name: `Task ${id}` };
  return { ...head, task_type: 'TT_Task', ...change };
}

const named = (name: string) => xer({ ...BASE, TASK: [task('A', { task_name: name })], TASKPRED: [] });

async function codeOf(source: string | Uint8Array, limits: Partial<ScheduleLimits> = {}): Promise<string> {
  return readXer([source], limits).then(
    () => 'none',
    (error: unknown) => (isCodedError(error) ? error.code : String(error)),
  );
}

describe('readXer', () => {
  it('reads projects, activities, relations and breakdown', async () => {
    const schedule = await readXer([xer(BASE)]);
    expect(schedule.problems).toEqual([]);
    expect(schedule.counts).toEqual({ PROJECT: 1, CALENDAR: 1, PROJWBS: 2, TASK: 3, TASKPRED: 2 });
    expect(schedule.projects[0]).toMatchObject({ name: 'Tower', calendar: '7' });
    expect(schedule.activities[0]).toMatchObject({
      code: 'C-A',
      wbs: ['T', 'Shell'],
      durationMs: 16 * HOUR_MS,
      remainingMs: 4.5 * HOUR_MS,
      percentComplete: 71.875,
    });
    expect(schedule.activities[1]?.constraints.map(({ type, date }) => [type, wall(date ?? 0)])).toEqual([
      ['start-no-earlier', '2026-03-05 08:00'],
      ['finish-no-later', '2026-03-09 17:00'],
    ]);
    expect(schedule.relations[0]).toEqual({ from: 'A', to: 'B', type: 'SS', lagMs: -2.5 * HOUR_MS, lagCalendar: '7' });
  });

  it('reads calendars: shifts, holidays, working exceptions', async () => {
    const [calendar] = (await readXer([xer(BASE)])).calendars;
    expect(calendar?.week.map((shifts) => shifts.length)).toEqual([0, 2, 2, 2, 2, 2, 0]);
    const exceptions = [...calendar!.exceptions].map(([day, shifts]) => [wall(day * 86_400_000).slice(0, 10), shifts]);
    expect(exceptions).toEqual([
      ['2026-03-02', []],
      ['2026-03-07', [{ startMs: 8 * HOUR_MS, endMs: 10 * HOUR_MS }]],
    ]);
  });

  it('reads the same however the bytes are cut, with LF and with CRLF', async () => {
    const whole = await readXer([xer(BASE)]);
    const bytes = new TextEncoder().encode(xer(BASE, '%E\n', '\n'));
    for (const size of [1, 7, 64]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      expect(await readXer(chunks)).toEqual(whole);
    }
  });

  it('reads Windows-1252 and UTF-8 names alike', async () => {
    const latin = Uint8Array.from(named('Dach – Süd').replace('–', '\x96'), (character) => character.charCodeAt(0));
    for (const source of [latin, new TextEncoder().encode(`\uFEFF${named('Dach – Süd')}`)]) {
      expect((await readXer([source])).activities[0]?.name).toBe('Dach – Süd');
    }
  });

  it('reads several projects with relations between them, and the options of each', async () => {
    const schedule = await readXer([
      xer({
        ...BASE,
        PROJECT: [...BASE['PROJECT']!, { ...BASE['PROJECT']![0]!, proj_id: 2, proj_short_name: 'Annex' }],
        SCHEDOPTIONS: [
          {
            proj_id: 2,
            sched_retained_logic: 'N',
            sched_progress_override: 'Y',
            sched_float_type: 'FT_Min',
            sched_calendar_on_relationship_lag: 'rcal_24Hour',
          },
        ],
        TASK: [task('A'), task('B', { proj_id: 2 })],
        TASKPRED: [
          { task_id: 'B', pred_task_id: 'A', pred_type: 'PR_FS', lag_hr_cnt: 24, proj_id: 2, pred_proj_id: 1 },
        ],
      }),
    ]);
    expect(schedule.projects.map(({ name, rules }) => [name, rules.outOfSequence, rules.totalFloat])).toEqual([
      ['Tower', 'retained-logic', 'finish'],
      ['Annex', 'progress-override', 'smallest'],
    ]);
    expect(schedule.relations[0]?.lagCalendar).toBe('elapsed');
  });

  it('gives a WBS summary the activities below its place', async () => {
    const schedule = await readXer([
      xer({ ...BASE, TASK: [task('S', { task_type: 'TT_WBS', wbs_id: 10 }), task('A'), task('B')], TASKPRED: [] }),
    ]);
    expect(schedule.activities[0]).toMatchObject({ type: 'summary', members: ['A', 'B'] });
  });

  it.each<[string, string, Tables]>([
    [
      'a calendar cut short',
      'calendar_invalid',
      { CALENDAR: [{ clndr_id: 7, clndr_name: 'x', clndr_data: OFFICE.slice(0, 90) }] },
    ],
    [
      'a calendar without work',
      'calendar_invalid',
      {
        CALENDAR: [{ clndr_id: 7, clndr_name: 'x', clndr_data: '(0||CalendarData()((0||DaysOfWeek()((0||1()())))))' }],
      },
    ],
    [
      'a shift that ends before it begins',
      'calendar_invalid',
      { CALENDAR: [{ clndr_id: 7, clndr_name: 'x', clndr_data: OFFICE.replaceAll('f|17:00', 'f|11:00') }] },
    ],
    [
      'a calendar that is not there',
      'calendar_unknown',
      { CALENDAR: [{ clndr_id: 9, clndr_name: 'x', clndr_data: OFFICE }] },
    ],
    ['a date that is none', 'xer_date_invalid', { TASK: [task('A', { early_start_date: '2026-02-30 08:00' })] }],
    ['a number that is none', 'xer_number_invalid', { TASK: [task('A', { target_drtn_hr_cnt: 'eight' })] }],
    ['a negative duration', 'xer_number_invalid', { TASK: [task('A', { target_drtn_hr_cnt: -8 })] }],
    ['an activity without id', 'xer_id_missing', { TASK: [task(''), task('A')] }],
    ['an id twice', 'xer_duplicate_id', { TASK: [task('A'), task('A')] }],
    ['an unknown type', 'xer_value_unknown', { TASK: [task('A', { task_type: 'TT_New' })] }],
    ['a constraint without date', 'constraint_invalid', { TASK: [task('A', { cstr_type: 'CS_MSO' })] }],
    ['a project that is not there', 'project_unknown', { TASK: [task('A'), task('B', { proj_id: 5 })] }],
    [
      'a relation to another file',
      'relation_external',
      { TASKPRED: [{ task_id: 'A', pred_task_id: 'Z', pred_type: 'PR_FS' }] },
    ],
    [
      'a relation of no type',
      'relation_invalid',
      { TASKPRED: [{ task_id: 'A', pred_task_id: 'B', pred_type: 'PR_XX' }] },
    ],
  ])('lists %s as %s, with its place, and reads on', async (_, code, change) => {
    const schedule = await readXer([xer({ ...BASE, ...(change['TASK'] ? { TASKPRED: [] } : {}), ...change })]);
    expect(schedule.problemCounts[code]).toBeGreaterThanOrEqual(1);
    const problem = schedule.problems.find((one) => one.code === code)!;
    expect(problem.at).toMatch(/^line \d+$/);
    expect([problem.field, problem.message, problem.expected].every((text) => text.length > 0)).toBe(true);
    expect(schedule.activities.length).toBeGreaterThan(0);
  });

  it('lists a row with too many cells and leaves it out; the list is bounded, the count is not', async () => {
    const text = xer({ ...BASE, TASKPRED: [] }).replace('%E', '%T\tTASK\r\n%F\ttask_id\r\n%R\tX\tY\r\n%R\tX\tY\r\n%E');
    const schedule = await readXer([text], { problems: 1 });
    expect(schedule.problemCounts).toEqual({ xer_wrong_column_count: 2 });
    expect(schedule.problems).toHaveLength(1);
    expect(schedule.activities).toHaveLength(3);
  });

  it.each<[string, string, string | Uint8Array, Partial<ScheduleLimits>?]>([
    ['a file cut off', 'xer_truncated', xer(BASE, '')],
    ['no XER file', 'xer_malformed', 'hello\n'],
    ['rows before fields', 'xer_malformed', 'ERMHDR\t1\n%T\tTASK\n%R\t1\n%E'],
    ['no activities', 'schedule_empty', xer({ ...BASE, TASK: [] })],
    ['NUL bytes', 'schedule_not_text', xer(BASE).replace('Tower', 'T\0wer')],
    ['more bytes than the limit', 'schedule_too_large', xer(BASE), { sizeBytes: 100 }],
    ['more rows than the limit', 'schedule_too_large', xer(BASE), { rows: 3 }],
    ['more activities than the limit', 'schedule_too_large', xer(BASE), { activities: 2 }],
    ['a line beyond the limit', 'schedule_line_too_long', xer(BASE), { lineCharacters: 200 }],
  ])('refuses %s as %s', async (_, code, source, limits) => {
    expect(await codeOf(source, limits)).toBe(code);
  });
});

describe('cells', () => {
  it.each([
    ['8', 8],
    ['-2.5', -2.5],
    ['4,5', 4.5],
    ['1.234,5', 1234.5],
    ['1,234.5', 1234.5],
    ['', undefined],
    ['8h', undefined],
    ['.', undefined],
  ])('read the number %s as %s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each([
    ['2026-03-02 08:00', '2026-03-02 08:00'],
    ['2026-03-02', '2026-03-02 00:00'],
    ['2026-03-02T08:30:59', '2026-03-02 08:30'],
    ['2026-03-02 24:00', '2026-03-03 00:00'],
    ['2026-02-29 08:00', undefined],
    ['2026-13-01 08:00', undefined],
    ['2026-03-02 25:00', undefined],
    ['02/03/2026', undefined],
  ])('read the date %s as %s', (text, expected) => {
    const at = parseWallTime(text);
    expect(at === undefined ? undefined : wall(at)).toBe(expected);
  });
});

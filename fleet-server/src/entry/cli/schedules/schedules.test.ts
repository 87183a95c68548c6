import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foldSiteLog, siteLogEntry, type Plan } from '@plumbline/shared/activity';
import { calculateNetwork, type Schedule } from '@plumbline/shared/activity/network';
import { plansOf, readSchedule } from '@plumbline/shared/schedules';
import { createVirtualClock } from '@plumbline/shared/testing';
import type { SitePage } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { appendEntries, pageOf } from '../../../sites/activities/index.ts';
import { importPlans, zoneReader } from './import.ts';
import { reportOf, showReport } from './report.ts';

const shared = join(process.env['PLUMBLINE_SHARED'] ?? '../shared', 'data');
const folders = ['p6-xer', 'msproject-xml'].map((folder) => join(shared, folder));
const hasData = folders.every((folder) => existsSync(folder));

const xer = (tasks: string[], relations: string[] = []) =>
  [
    'ERMHDR\t22.12',
    '%T\tPROJECT',
    '%F\tproj_id\tproj_short_name\tclndr_id\tlast_recalc_date',
    '%R\t1\tTower\t7\t2026-03-02 08:00',
    '%T\tCALENDAR',
    '%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data',
    `%R\t7\tOffice\t8\t(0||()((0||DaysOfWeek()(${[2, 3, 4, 5, 6].map((day) => `(0||${day}()((0||0(s|08:00|f|16:00)())))`).join('')}))))`,
    '%T\tTASK',
    '%F\ttask_id\tproj_id\tclndr_id\ttask_code\ttask_name\ttask_type\ttarget_drtn_hr_cnt',
    ...tasks.map((task) => `%R\t${task}`),
    '%T\tTASKPRED',
    '%F\tpred_task_id\ttask_id\tpred_type\tlag_hr_cnt',
    ...relations.map((relation) => `%R\t${relation}`),
    '%E',
  ].join('\n');

const HOUSE = xer(
  [
    '1\t1\t7\tDIG\tDig\tTT_Task\t40',
    '2\t1\t7\tPOUR\tPour\tTT_Task\t16',
    '3\t1\t7\tPAINT\tPaint\tTT_Task\t8',
    '4\t1\t7\tEND\tHandover\tTT_FinMile\t0',
  ],
  ['1\t2\tPR_FS\t0', '2\t4\tPR_FS\t0', '3\t4\tPR_FS\t0'],
);

const planOptions = { toEpoch: zoneReader('UTC'), typicalDelayDays: 8 };
const plansIn = async (text: string, options = planOptions) =>
  plansOf(calculateNetwork(await readSchedule([text])), options);

describe.skipIf(!hasData)('every schedule of the shared data (skipped where the shared data is not mounted)', () => {
  it('has the dates and floats its network gives: each stored value is calculated again', async () => {
    const files = await Promise.all(
      folders.map(async (folder) => (await readdir(folder)).map((file) => join(folder, file))),
    );
    const reports = await Promise.all(
      files.flat().map(async (file) => ({ file, report: reportOf(await readSchedule(createReadStream(file))) })),
    );
    for (const { file, report } of reports) {
      console.log(
        `${file.split('/').at(-1)}: ${report.stored?.equal} of ${report.stored?.compared} stored values equal`,
      );
    }
    const wrong = reports.filter(({ report }) => report.refused ?? report.stored?.differences.length !== 0);
    expect(wrong.map(({ file, report }) => [file, report.refused, report.stored?.differences])).toEqual([]);
    expect(reports.length).toBeGreaterThanOrEqual(7);
    expect(reports.filter(({ report }) => report.stored?.compared === 0)).toEqual([]);
  });

  it('names the calendar that cannot be read, and still imports what does not run on it', async () => {
    const schedule = await readSchedule(createReadStream(join(folders[0]!, 'mpxj_invalid-8.4.xer')));
    expect(reportOf(schedule).calendars.filter(({ replaced }) => replaced)).toMatchObject([
      { name: 'Test - Invalid', activities: 0 },
    ]);
    expect(plansOf(calculateNetwork(schedule), planOptions).size).toBe(12);
    const calendar = schedule.calendars.find(({ replaced }) => replaced)!.id;
    const used: Schedule = { ...schedule, activities: schedule.activities.map((one) => ({ ...one, calendar })) };
    expect(() => plansOf(calculateNetwork(used), planOptions)).toThrow(
      "calendar that cannot be read, first 'Test - Invalid'",
    );
  });
});

describe('schedules inspect', () => {
  it('counts, lists open ends and says what could not be taken', async () => {
    const shown = showReport(reportOf(await readSchedule([HOUSE])));
    expect(shown).toContain('p6-xer: 4 activities, 3 relations, 1 calendars');
    expect(shown).toContain('open starts: 2 (1, 3)');
    expect(shown).toContain('open ends: 1 (4)');
    expect(shown).toContain('without stored early dates: never_scheduled 4');
  });

  it('names the activities of a loop and calculates nothing', async () => {
    const looped = await readSchedule([HOUSE.replace('%E', '%R\t2\t1\tPR_FS\t0\n%E')]);
    const report = reportOf(looped);
    expect(report.refused?.code).toBe('network_loop');
    expect(report.loops.map((loop) => loop.toSorted())).toEqual([['1', '2']]);
    expect(report.stored).toBeUndefined();
    expect(showReport(report)).toContain('activities wait for each other: ');
  });
});

describe('schedules import', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
  });
  afterEach(() => database.close());

  /** The site log of a real database behind the calls that the command makes. */
  const client = {
    get: async <T>(path: string) => (await pageOf(database.db, 'north', Number(path.split('cursor=')[1]), 2)) as T,
    post: async <T>(_path: string, body: unknown) => {
      const { entries } = body as SitePage;
      const parsed = entries.map((entry) => siteLogEntry.parse(JSON.parse(JSON.stringify(entry))));
      return { added: await database.transaction((tx) => appendEntries(tx, 'north', parsed)) } as T;
    },
  };
  const importing = (plans: ReadonlyMap<string, Plan>, now = 1) =>
    importPlans(client, 'north', plans, { actor: 'office', now });
  const states = async () => foldSiteLog((await pageOf(database.db, 'north', 0, 1000)).entries);

  it('writes plans with their floats: towards the end of the project and in total', async () => {
    expect(await importing(await plansIn(HOUSE))).toEqual({ site: 'north', activities: 3, added: 3, unchanged: 0 });
    const entry = (await states()).get('PAINT')?.plan?.entry;
    expect(entry?.field === 'plan' ? entry.value : undefined).toMatchObject({
      startAt: Date.parse('2026-03-02T08:00:00Z'),
      dueAt: Date.parse('2026-03-02T16:00:00Z'),
      group: 'Tower',
      values: { duration_days: 1, total_float_days: 6, critical: 0, successors: 1 },
      network: {
        totalFloat: { workingDays: 6, calendarDays: 8 },
        milestones: [{ milestone: 'END', name: 'Handover', workingDays: 6, calendarDays: 8 }],
        typicalDelayDays: 8,
      },
    });
  });

  it('writes nothing twice, and a changed plan as an edit of the one in force, not as a conflict', async () => {
    await importing(await plansIn(HOUSE));
    expect(await importing(await plansIn(HOUSE), 2)).toMatchObject({ added: 0, unchanged: 3 });
    const longer = await plansIn(HOUSE.replace('TT_Task\t40', 'TT_Task\t80'));
    expect(await importing(longer, 3)).toMatchObject({ added: 3, unchanged: 0 });
    const all = [...(await states()).values()];
    expect(all.flatMap(({ plan }) => plan?.conflicts ?? [])).toEqual([]);
    expect(all.map(({ plan }) => plan?.entry.at)).toEqual([3, 3, 3]);
  });

  it('can be repeated after it was cut off', async () => {
    const plans = await plansIn(HOUSE);
    const cut = { ...client, post: () => Promise.reject(new Error('the line went dead')) };
    await expect(importPlans(cut, 'north', plans, { actor: 'office', now: 1 })).rejects.toThrow('the line went dead');
    await importing(new Map([...plans].slice(0, 1)));
    expect(await importing(plans, 2)).toMatchObject({ added: 2, unchanged: 1 });
  });

  it('refuses what would name two activities alike, and a schedule with nothing open', async () => {
    await expect(plansIn(HOUSE.replace('POUR', 'DIG'))).rejects.toMatchObject({
      code: 'schedule_activity_unnameable',
      kind: 'refused',
    });
    await expect(plansIn(xer(['4\t1\t7\tEND\tHandover\tTT_FinMile\t0']))).rejects.toMatchObject({
      code: 'schedule_nothing_open',
    });
  });

  it.each([
    ['UTC', '2026-03-02 08:00', '2026-03-02T08:00:00.000Z'],
    ['Europe/Berlin', '2026-03-02 08:00', '2026-03-02T07:00:00.000Z'],
    ['Europe/Berlin', '2026-07-02 08:00', '2026-07-02T06:00:00.000Z'],
    ['America/New_York', '2026-03-08 08:00', '2026-03-08T12:00:00.000Z'],
    ['Asia/Kolkata', '2026-03-02 08:00', '2026-03-02T02:30:00.000Z'],
  ])('reads the wall time of %s: %s is %s', (zone, wall, expected) => {
    const at = Date.parse(`${wall.replace(' ', 'T')}:00Z`);
    expect(new Date(zoneReader(zone)(at)).toISOString()).toBe(expected);
  });

  it('refuses a zone that is none', () => {
    expect(() => zoneReader('Mars/Olympus')).toThrow("'Mars/Olympus' is no time zone");
  });
});

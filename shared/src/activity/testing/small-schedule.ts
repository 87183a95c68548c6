import type {
  Schedule,
  ScheduleActivity,
  ScheduleProject,
  ScheduleRelation,
  ScheduleRules,
} from '../schedule/schedule.ts';
import { ELAPSED_CALENDAR, HOUR_MS, standardWeek, type WorkCalendar } from '../schedule/work-calendar.ts';

/** Schedules for tests: one project, times by `at('2026-03-02 08:00')`, durations in hours. */
export interface SmallSchedule {
  activities: (Partial<ScheduleActivity> & { id: string; hours?: number })[];
  /** `A>B`, `A>B SS`, `A>B FF 8`: type and lag in hours. */
  relations?: string[];
  rules?: Partial<ScheduleRules>;
  project?: Partial<ScheduleProject>;
  calendar?: WorkCalendar;
  lagCalendar?: string;
}

const OFFICE = standardWeek('office', 'office');

/** A Monday. */
export const MONDAY = '2026-03-02 08:00';

export function at(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}:00Z`);
}

export function wall(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

export function smallSchedule(small: SmallSchedule): Schedule {
  const calendar = small.calendar ?? OFFICE;
  const rules: ScheduleRules = {
    method: 'p6',
    outOfSequence: 'retained-logic',
    totalFloat: 'finish',
    useExpectedFinish: false,
    startLagFromEarlyStart: true,
    floatTo: 'project',
    openEndsCritical: false,
    criticalFloatMs: 0,
    ...small.rules,
  };
  const date = at(MONDAY);
  return {
    source: rules.method === 'p6' ? 'p6-xer' : 'ms-project-xml',
    projects: [{ id: 'P', name: 'P', dataDate: date, start: date, calendar: calendar.id, rules, ...small.project }],
    calendars: [calendar, OFFICE, ELAPSED_CALENDAR].filter((one, index, all) => all.indexOf(one) === index),
    activities: small.activities.map(({ hours = 0, ...activity }) => ({
      code: activity.id,
      name: activity.id,
      project: 'P',
      wbs: [],
      type: 'task',
      calendar: calendar.id,
      durationMs: hours * HOUR_MS,
      remainingMs: activity.actualFinish === undefined ? hours * HOUR_MS : 0,
      percentComplete: 0,
      constraints: [],
      stored: {},
      ...activity,
    })),
    relations: (small.relations ?? []).map((text) => relation(text, small.lagCalendar ?? calendar.id)),
    problems: [],
    problemCounts: {},
    counts: {},
  };
}

function relation(text: string, lagCalendar: string): ScheduleRelation {
  const [pair = '', type = 'FS', lag = '0'] = text.split(' ');
  const [from = '', to = ''] = pair.split('>');
  return { from, to, type: type as ScheduleRelation['type'], lagMs: Number(lag) * HOUR_MS, lagCalendar };
}

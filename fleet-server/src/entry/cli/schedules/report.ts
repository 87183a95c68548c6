import { isCodedError } from '@plumbline/shared/errors';
import {
  calculateNetwork,
  compareWithStored,
  HOUR_MS,
  lengthOf,
  loopsOf,
  type Comparison,
  type Difference,
  type Schedule,
  type ScheduleProblem,
} from '@plumbline/shared/activity/network';
import { table } from '../output.ts';

/** What `schedules inspect` says of a file. Times are local wall times of the schedule, floats working hours. */
export interface ScheduleReport {
  source: Schedule['source'];
  projects: { id: string; name: string; dataDate: string; finish?: string; activities: number }[];
  counts: Record<string, number>;
  activities: Record<string, number>;
  relations: Record<string, number>;
  calendars: {
    id: string;
    name: string;
    hoursPerWeek: number;
    exceptions: number;
    activities: number;
    replaced: boolean;
  }[];
  openStarts: string[];
  openEnds: string[];
  /** Activities that wait for each other, by id: then nothing is calculated. */
  loops: string[][];
  /** Why nothing could be calculated. */
  refused?: { code: string; message: string };
  critical: string[];
  stored?: Omit<Comparison, 'differences'> & {
    reasons: Record<string, number>;
    differences: (Omit<Difference, 'stored' | 'computed'> & { stored: string; computed: string })[];
  };
  problems: ScheduleProblem[];
  problemCounts: Record<string, number>;
}

/** Calculates a schedule and holds it against what the file stores; a network that cannot be calculated is `refused`. */
export function reportOf(schedule: Schedule): ScheduleReport {
  const usedBy = countBy(schedule.activities, ({ calendar }) => calendar);
  const report: ScheduleReport = {
    source: schedule.source,
    projects: schedule.projects.map(({ id, name, dataDate }) => ({
      id,
      name,
      dataDate: wall(dataDate),
      activities: 0,
    })),
    counts: schedule.counts,
    activities: countBy(schedule.activities, ({ type }) => type),
    relations: countBy(schedule.relations, ({ type }) => type),
    calendars: schedule.calendars.map(({ id, name, week, exceptions, replaced }) => ({
      id,
      name,
      hoursPerWeek: lengthOf(week.flat()) / HOUR_MS,
      exceptions: exceptions.size,
      activities: usedBy[id] ?? 0,
      replaced: replaced === true,
    })),
    openStarts: [],
    openEnds: [],
    loops: [],
    critical: [],
    problems: schedule.problems,
    problemCounts: schedule.problemCounts,
  };
  const inProject = countBy(schedule.activities, ({ project }) => project);
  for (const project of report.projects) project.activities = inProject[project.id] ?? 0;
  try {
    addCalculated(report, schedule);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    report.refused = { code: error.code, message: error.message };
    if (error.code === 'network_loop') report.loops = loopsOf(schedule);
  }
  return report;
}

function addCalculated(report: ScheduleReport, schedule: Schedule): void {
  const result = calculateNetwork(schedule);
  const { differences, ...comparison } = compareWithStored(result);
  for (const project of report.projects) {
    const finish = result.projectFinish.get(project.id);
    if (finish !== undefined && Number.isFinite(finish)) project.finish = wall(finish);
  }
  report.openStarts = result.openStarts;
  report.openEnds = result.openEnds;
  report.critical = [...result.dates.values()].filter(({ critical }) => critical).map(({ activity }) => activity);
  report.stored = {
    ...comparison,
    reasons: countBy(differences, ({ reason }) => reason),
    differences: differences.map(({ stored, computed, ...rest }) => ({
      ...rest,
      stored: shown(rest.field, stored),
      computed: shown(rest.field, computed),
    })),
  };
}

const SHOWN = 20;

/** The report for people: the first of every list, with how many there are. */
export function showReport(report: ScheduleReport): string {
  const { stored, refused } = report;
  const parts = [
    `${report.source}: ${sum(report.activities)} activities, ${sum(report.relations)} relations, ${report.calendars.length} calendars`,
    table(
      ['project', 'data date', 'calculated finish', 'activities'],
      report.projects.map((one) => [`${one.name} (${one.id})`, one.dataDate, one.finish ?? '–', one.activities]),
    ),
    table(
      ['calendar', 'hours a week', 'exceptions', 'activities', ''],
      report.calendars.map((one) => [
        `${one.name} (${one.id})`,
        one.hoursPerWeek,
        one.exceptions,
        one.activities,
        one.replaced ? 'unreadable, replaced' : '',
      ]),
    ),
    `activities: ${listed(report.activities)}; relations: ${listed(report.relations) || 'none'}`,
    `open starts: ${first(report.openStarts)}`,
    `open ends: ${first(report.openEnds)}`,
    `critical: ${first(report.critical)}`,
    `problems: ${listed(report.problemCounts) || 'none'}`,
    ...report.problems.slice(0, SHOWN).map(({ at, field, message }) => `  ${at} ${field}: ${message}`),
  ];
  if (refused !== undefined) parts.push(`not calculated: ${refused.message} [${refused.code}]`);
  if (stored !== undefined) {
    parts.push(
      `calculated against stored: ${stored.equal} of ${stored.compared} values equal` +
        (stored.sameMoment > 0 ? ` (${stored.sameMoment} of them the same moment written as another wall time)` : ''),
      `without stored early dates: ${listed(stored.notStored) || 'none'}`,
    );
    if (stored.differences.length > 0) {
      parts.push(
        `differences: ${listed(stored.reasons)}`,
        table(
          ['activity', 'value', 'stored', 'calculated', 'reason'],
          stored.differences
            .slice(0, SHOWN)
            .map((one) => [one.activity, one.field, one.stored, one.computed, one.reason]),
        ),
      );
    }
  }
  return parts.join('\n');
}

function wall(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function shown(field: string, value: number): string {
  return field.endsWith('FloatMs') ? `${Math.round((value / HOUR_MS) * 100) / 100} h` : wall(value);
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function first(ids: readonly string[]): string {
  if (ids.length === 0) return 'none';
  return `${ids.length} (${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''})`;
}

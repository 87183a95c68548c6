import type {
  ConstraintType,
  RelationType,
  ScheduleActivity,
  ScheduleConstraint,
  StoredDates,
} from '../../activity/schedule/schedule.ts';
import { ELAPSED_CALENDAR } from '../../activity/schedule/work-calendar.ts';
import { given, plannedOf } from '../given.ts';
import type { ProblemList } from '../problems.ts';
import { childrenOf, textOf, type XmlElement } from './elements.ts';
import { createElementReader, type ElementReader } from './values.ts';

const CONSTRAINTS: readonly (ConstraintType | undefined)[] = [
  undefined, // as soon as possible
  'as-late-as-possible',
  'must-start',
  'must-finish',
  'start-no-earlier',
  'start-no-later',
  'finish-no-earlier',
  'finish-no-later',
];
const RELATIONS: readonly RelationType[] = ['FF', 'FS', 'SF', 'SS'];

/** Formats of elapsed time, without the mark for an estimated one. */
const ELAPSED = new Set([4, 6, 8, 10, 12, 20]);
const PERCENT = new Set([19, 20]);
const ESTIMATED = 32;

export interface TaskElement {
  activity: ScheduleActivity;
  outlineLevel: number;
  isSummary: boolean;
  /** Its own calendar, not that of the project. */
  hasCalendar: boolean;
  ignoresResources: boolean;
  links: LinkElement[];
  at: string;
}

export interface LinkElement {
  from: string;
  type: RelationType;
  lagMs: number;
  /** Lag as a share of the predecessor's duration. */
  percent?: number;
  elapsed: boolean;
  crossProject: boolean;
}

/** @returns undefined for an empty line of the list, and for a task without an id, which is a problem */
export function readTask(element: XmlElement, project: string, problems: ProblemList): TaskElement | undefined {
  const id = textOf(element, 'UID');
  const at = `Tasks/Task[UID=${id ?? '?'}]`;
  const read = createElementReader(element, at, problems);
  if (read.flag('IsNull')) return undefined;
  if (id === undefined) {
    problems.add('xml_id_missing', at, 'UID', 'a task without a UID is left out', 'UID');
    return undefined;
  }
  const isSummary = read.flag('Summary');
  const actualStart = read.date('ActualStart');
  const actualFinish = read.date('ActualFinish');
  const percentComplete = Math.min(100, Math.max(0, read.number('PercentComplete') ?? 0));
  const durationMs = Math.max(0, read.duration('Duration') ?? 0);
  const rest = read.duration('RemainingDuration') ?? durationMs * (1 - percentComplete / 100);
  const isElapsed = ELAPSED.has((read.number('DurationFormat') ?? 7) % ESTIMATED);
  const calendar = read.text('CalendarUID') ?? '-1';
  const activity: ScheduleActivity = {
    id,
    code: read.text('ID') ?? id,
    name: read.text('Name') ?? '',
    project,
    wbs: [],
    type: isSummary ? 'summary' : read.flag('Milestone') || durationMs === 0 ? 'milestone' : 'task',
    calendar: isElapsed && !isSummary ? ELAPSED_CALENDAR.id : calendar === '-1' ? '' : calendar,
    durationMs,
    remainingMs: actualFinish === undefined ? Math.round(Math.max(0, rest)) : 0,
    percentComplete,
    ...given({
      actualStart: actualStart ?? actualFinish,
      actualFinish,
      resume: actualStart !== undefined && percentComplete > 0 ? read.date('Resume') : undefined,
      deadline: read.date('Deadline'),
      levelingDelayMs: read.tenths('LevelingDelay') || undefined,
    }),
    ...fixedOf(read),
    ...(read.text('Active') !== undefined && !read.flag('Active') ? { inactive: true } : {}),
    constraints: isSummary ? [] : constraintOf(read, at, problems),
    ...baselineOf(element, at, problems),
    stored: storedOf(read),
  };
  return {
    activity,
    outlineLevel: read.number('OutlineLevel') ?? 1,
    isSummary,
    hasCalendar: calendar !== '-1' || isElapsed,
    ignoresResources: read.flag('IgnoreResourceCalendar') || isElapsed || read.text('Type') === '1',
    links: childrenOf(element, 'PredecessorLink').flatMap((link) => readLink(link, at, problems)),
    at,
  };
}

/** Tasks of people and of other projects stand where they were put. */
function fixedOf(read: ElementReader): Pick<ScheduleActivity, 'fixed'> {
  const isFixed = read.flag('Manual') || read.flag('ExternalTask');
  const [start, finish] = isFixed ? [read.date('Start'), read.date('Finish')] : [];
  return start === undefined || finish === undefined ? {} : { fixed: { start, finish } };
}

function constraintOf(read: ElementReader, at: string, problems: ProblemList): ScheduleConstraint[] {
  const number = read.number('ConstraintType') ?? 0;
  const type = CONSTRAINTS[number];
  if (type === undefined) {
    if (number !== 0) problems.add('constraint_invalid', at, 'ConstraintType', `'${number}' is left out`, '0 to 7');
    return [];
  }
  const date = read.date('ConstraintDate');
  if (type === 'as-late-as-possible') return [{ type }];
  if (date !== undefined) return [{ type, date }];
  problems.add('constraint_invalid', at, 'ConstraintDate', 'a constraint without a date is left out', 'a date');
  return [];
}

function baselineOf(element: XmlElement, at: string, problems: ProblemList): Pick<ScheduleActivity, 'planned'> {
  const first = childrenOf(element, 'Baseline').find((one) => (textOf(one, 'Number') ?? '0') === '0');
  if (first === undefined) return {};
  const read = createElementReader(first, `${at}/Baseline`, problems);
  return plannedOf(read.date('Start'), read.date('Finish'));
}

function storedOf(read: ElementReader): StoredDates {
  return given({
    earlyStart: read.date('EarlyStart'),
    earlyFinish: read.date('EarlyFinish'),
    lateStart: read.date('LateStart'),
    lateFinish: read.date('LateFinish'),
    totalFloatMs: read.tenths('TotalSlack'),
    freeFloatMs: read.tenths('FreeSlack'),
    start: read.date('Start'),
    finish: read.date('Finish'),
  });
}

function readLink(element: XmlElement, at: string, problems: ProblemList): LinkElement[] {
  const read = createElementReader(element, `${at}/PredecessorLink`, problems);
  const from = read.text('PredecessorUID');
  const type = RELATIONS[read.number('Type') ?? 1];
  if (from === undefined || type === undefined) {
    const [field, expected] = type === undefined ? ['Type', '0 FF, 1 FS, 2 SF or 3 SS'] : ['PredecessorUID', 'a UID'];
    problems.add('relation_invalid', `${at}/PredecessorLink`, field, 'a relation is left out', expected);
    return [];
  }
  const format = (read.number('LagFormat') ?? 7) % ESTIMATED;
  const lag = read.number('LinkLag') ?? 0;
  const elapsed = ELAPSED.has(format);
  const crossProject = read.flag('CrossProject');
  return PERCENT.has(format)
    ? [{ from, type, lagMs: 0, percent: lag, elapsed, crossProject }]
    : [{ from, type, lagMs: read.tenths('LinkLag') ?? 0, elapsed, crossProject }];
}

import type { Schedule } from '../../activity/schedule/schedule.ts';
import type { TextSource } from '../csv/index.ts';
import { DEFAULT_SCHEDULE_LIMITS, ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';
import { createProblemList } from '../problems.ts';
import { assembleSchedule, type MsProjectParts } from './assemble.ts';
import { readCalendar } from './calendars.ts';
import { readElements, textOf } from './elements.ts';
import { readTask } from './tasks.ts';
import { createElementReader } from './values.ts';

const LISTS = new Set(['Tasks', 'Calendars', 'Resources', 'Assignments']);
const RECORDS = new Set(['Tasks/Task', 'Calendars/Calendar', 'Resources/Resource', 'Assignments/Assignment']);
/** What can be long inside a record and says nothing about dates. */
const SKIPPED = new Set([
  'TimephasedData',
  'ExtendedAttribute',
  'OutlineCode',
  'Notes',
  'AvailabilityPeriods',
  'Rates',
]);
/** A file holds one project. */
const PROJECT = 'project';

/**
 * Reads a Microsoft Project XML file (MSPDI). The document streams through; what is kept are the tasks.
 * @throws ScheduleError when the file as a whole cannot be read; single bad elements are `problems`
 */
export async function readMsProject(source: TextSource, change: Partial<ScheduleLimits> = {}): Promise<Schedule> {
  const limits = { ...DEFAULT_SCHEDULE_LIMITS, ...change };
  const problems = createProblemList(limits.problems);
  const counts: Record<string, number> = {};
  const parts: MsProjectParts = {
    header: { name: 'Project', text: '', children: [] },
    calendars: new Map(),
    tasks: new Map(),
    resources: new Map(),
    assignments: [],
  };
  let relations = 0;
  const rules = { root: 'Project', records: RECORDS, skipped: SKIPPED, lists: LISTS };
  for await (const { path, element } of readElements(source, rules, limits)) {
    if (!path.includes('/')) {
      if (element.children.length === 0) parts.header.children.push(element);
      continue;
    }
    counts[element.name] = (counts[element.name] ?? 0) + 1;
    if (element.name === 'Calendar') {
      const calendar = readCalendar(element, limits, problems);
      parts.calendars.set(calendar.id, calendar);
    } else if (element.name === 'Task') {
      if (parts.tasks.size >= limits.activities) throw tooLarge('activities', limits.activities, 'Tasks');
      const task = readTask(element, PROJECT, problems);
      if (task === undefined) continue;
      relations += task.links.length;
      if (relations > limits.relations) throw tooLarge('relations', limits.relations, 'Tasks');
      if (!parts.tasks.has(task.activity.id)) parts.tasks.set(task.activity.id, task);
      else problems.add('xml_duplicate_id', task.at, 'UID', 'a UID stands twice; the first is taken', 'every UID once');
    } else if (element.name === 'Resource') {
      const isWork = (textOf(element, 'Type') ?? '1') === '1';
      const calendar = textOf(element, 'CalendarUID');
      if (isWork && calendar !== undefined) parts.resources.set(textOf(element, 'UID') ?? '', calendar);
    } else {
      const at = `Assignments/Assignment[UID=${textOf(element, 'UID') ?? '?'}]`;
      const read = createElementReader(element, at, problems);
      parts.assignments.push({
        task: read.text('TaskUID') ?? '',
        resource: read.text('ResourceUID') ?? '',
        units: read.number('Units') ?? 1,
        workMs: read.duration('RemainingWork') ?? read.duration('Work') ?? 0,
        delayMs: Math.max(0, read.tenths('Delay') ?? 0),
        contour: read.number('WorkContour') ?? 0,
        at,
      });
    }
  }
  if (parts.tasks.size === 0) {
    throw new ScheduleError('schedule_empty', 'the file holds no tasks', { field: 'Tasks', expected: 'Tasks/Task' });
  }
  counts['PredecessorLink'] = relations;
  return assembleSchedule(parts, PROJECT, problems, counts);
}

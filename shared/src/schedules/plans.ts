import type { Plan, PlanNetwork } from '../activity/index.ts';
import {
  calendarDaysPerWorkingDay,
  floatsToMilestones,
  type ActivityDates,
  type MilestoneFloat,
  type NetworkResult,
  type ScheduleActivity,
} from '../activity/network/index.ts';
import { CodedError } from '../errors/index.ts';

export type PlanErrorCode =
  | 'schedule_calendar_invalid' // open activities run on a calendar that could not be read
  | 'schedule_activity_unnameable' // two activities under one name, or a name that is too long
  | 'schedule_nothing_open';

/** A schedule that can be read and calculated, and still must not become plans. */
export class PlanError extends CodedError<PlanErrorCode> {
  override readonly name = 'PlanError';
}

export interface PlanOptions {
  /** Wall time of the schedule → ms since epoch: the zone of the site. */
  toEpoch: (wallTime: number) => number;
  /** Working days an activity is late by, on average, when it is late. */
  typicalDelayDays?: number;
  /** How many days before its start a prediction is wanted. */
  aheadDays?: number;
}

const MAX_NAME = 256;
const MAX_MILESTONES = 64;
const MAX_PREDECESSORS = 64;
const DAY_MS = 86_400_000;

/**
 * Plans of the open activities of a calculated schedule, with the floats that predictions are ranked by. Milestones,
 * summaries, levels of effort and what is done or inactive get none.
 * @throws PlanError `kind: refused` where a plan would say something that is not true
 */
export function plansOf(result: NetworkResult, options: PlanOptions): Map<string, Plan> {
  const { schedule, graph } = result;
  const open = schedule.activities.filter(
    ({ id, type, actualFinish, durationMs }) =>
      type === 'task' && durationMs > 0 && actualFinish === undefined && result.dates.has(id),
  );
  refuseReplaced(result, open);
  if (open.length === 0) {
    throw new PlanError('schedule_nothing_open', 'no activity of the schedule is open', {
      kind: 'refused',
      field: 'activities',
      expected: 'an activity with a duration and no actual finish',
    });
  }
  const floats = floatsToMilestones(result);
  const nameOf = namesOf(result);
  const plans = new Map<string, Plan>();
  for (const activity of open) {
    const name = nameOf(activity);
    if (plans.has(name) || name.length > MAX_NAME) {
      throw new PlanError('schedule_activity_unnameable', `'${name.slice(0, MAX_NAME)}' cannot name one activity`, {
        kind: 'refused',
        field: `activities[${activity.id}].code`,
        expected: `a code of its own, at most ${MAX_NAME} characters`,
      });
    }
    const dates = result.dates.get(activity.id)!;
    const node = graph.byActivity.get(activity.id)!;
    const { calendar } = node.time;
    plans.set(name, {
      ...timesOf(activity, dates, options),
      group: graph.projectOf(activity.project).name.slice(0, MAX_NAME),
      values: {
        name: activity.name.slice(0, MAX_NAME),
        wbs: activity.wbs.join(' / ').slice(0, MAX_NAME),
        duration_days: activity.durationMs / calendar.dayMs,
        remaining_days: activity.remainingMs / calendar.dayMs,
        percent_complete: activity.percentComplete,
        total_float_days: dates.totalFloatWorkingDays,
        free_float_days: dates.freeFloatMs / calendar.dayMs,
        critical: dates.critical ? 1 : 0,
        predecessors: node.incoming.length,
        successors: node.outgoing.length,
        started: activity.actualStart === undefined ? 0 : 1,
      },
      network: {
        totalFloat: { workingDays: dates.totalFloatWorkingDays, calendarDays: dates.totalFloatCalendarDays },
        critical: dates.critical,
        predecessors: predecessorsOf(node, nameOf),
        milestones: milestonesFor(floats.get(activity.id) ?? [], result, nameOf),
        calendarDaysPerWorkingDay: calendarDaysPerWorkingDay(calendar),
        ...(options.typicalDelayDays === undefined ? {} : { typicalDelayDays: options.typicalDelayDays }),
      },
    });
  }
  return plans;
}

/** P6 codes are unique in a project, numbers of Microsoft Project move when lines are added: there it is the UID. */
function namesOf({ schedule, graph }: NetworkResult): (activity: ScheduleActivity) => string {
  const several = schedule.projects.length > 1;
  return ({ id, code, project }) => {
    if (schedule.source === 'ms-project-xml') return id;
    return several ? `${graph.projectOf(project).name}/${code}` : code;
  };
}

function milestonesFor(
  floats: readonly MilestoneFloat[],
  { schedule }: NetworkResult,
  nameOf: (activity: ScheduleActivity) => string,
): PlanNetwork['milestones'] {
  const byId = new Map(floats.map((float) => [float.milestone, float]));
  const ids = schedule.activities.filter(({ id }) => byId.has(id));
  return ids.slice(0, MAX_MILESTONES).map((activity) => {
    const { name, workingDays, calendarDays } = byId.get(activity.id)!;
    return { milestone: nameOf(activity).slice(0, MAX_NAME), name: name.slice(0, MAX_NAME), workingDays, calendarDays };
  });
}

function predecessorsOf(
  { incoming }: NetworkResult['order'][number],
  nameOf: (activity: ScheduleActivity) => string,
): string[] {
  const before = incoming.flatMap(({ from }) => (from.kind === 'work' ? [nameOf(from.activity)] : []));
  return [...new Set(before)].filter((name) => name.length <= MAX_NAME).slice(0, MAX_PREDECESSORS);
}

/** Due is what was promised for it, unless that lies before its start: then what is calculated. */
function timesOf(
  { actualStart, planned }: ScheduleActivity,
  { earlyStart, earlyFinish }: ActivityDates,
  { toEpoch, aheadDays = 0 }: PlanOptions,
): Pick<Plan, 'startAt' | 'dueAt'> {
  const start = actualStart ?? earlyStart;
  const due = planned !== undefined && planned.finish > start ? planned.finish : Math.max(earlyFinish, start + 1);
  return { startAt: toEpoch(start) - Math.round(aheadDays * DAY_MS), dueAt: toEpoch(due) };
}

function refuseReplaced({ graph }: NetworkResult, open: readonly ScheduleActivity[]): void {
  const used = open.filter(({ id }) => graph.byActivity.get(id)?.time.calendar.replaced === true);
  const [first] = used;
  if (first === undefined) return;
  const { id, name } = graph.byActivity.get(first.id)!.time.calendar;
  throw new PlanError(
    'schedule_calendar_invalid',
    `${used.length} open activities run on a calendar that cannot be read, first '${name}' (${id}) of ${first.code}`,
    { kind: 'refused', field: `calendars[${id}]`, expected: 'a readable calendar: floats by a stand-in are not true' },
  );
}

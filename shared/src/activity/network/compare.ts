import { endOf } from './calculate.ts';
import { passBackward } from './backward.ts';
import { passForward, type NetworkDates } from './forward.ts';
import type { NetworkNode } from './graph.ts';
import type { ActivityDates, NetworkResult } from './result.ts';
import type { ScheduleActivity, StoredDates } from '../schedule/schedule.ts';

/**
 * Why a stored value differs from the calculated one. Every reason is derived from the file itself:
 * - `not_rescheduled`: the stored dates of this activity contradict those of its own neighbours, duration, calendar or
 *   constraints: something was edited after the file was last scheduled, or was never scheduled by this network
 * - `follows_others`: it agrees with the stored dates of its neighbours; one of those differs
 * - `float_contradicts_dates`: the stored float is not what lies between the stored dates
 * - `calendar_replaced`: its calendar is unusable and another stands in
 */
export type DifferenceReason = 'not_rescheduled' | 'follows_others' | 'float_contradicts_dates' | 'calendar_replaced';

export interface Difference {
  activity: string;
  field: keyof StoredDates;
  stored: number;
  computed: number;
  reason: DifferenceReason;
}

export interface Comparison {
  /** Values compared: stored ones of open activities. */
  compared: number;
  equal: number;
  /** Of the equal ones: written as another wall time (17:00 for 08:00 of the next day) with no work in between. */
  sameMoment: number;
  differences: Difference[];
  /** Activities that store no early dates, by why; planned dates of what remains are compared all the same. */
  notStored: Record<'never_scheduled' | 'completed' | 'inactive' | 'other', number>;
}

/** Files hold minutes, and hours with a few decimals. */
const TOLERANCE_MS = 60_000;
const DATES = ['earlyStart', 'earlyFinish', 'lateStart', 'lateFinish'] as const;

/** Holds the calculated dates and floats against those stored in the file, activity by activity. */
export function compareWithStored(result: NetworkResult): Comparison {
  const { schedule, graph } = result;
  const comparison: Comparison = {
    compared: 0,
    equal: 0,
    sameMoment: 0,
    differences: [],
    notStored: { never_scheduled: 0, completed: 0, inactive: 0, other: 0 },
  };
  const scheduled = new Set(
    schedule.activities.filter(({ stored }) => stored.earlyStart !== undefined).map(({ project }) => project),
  );
  const stored = storedDates(result);
  for (const activity of schedule.activities) {
    const computed = result.dates.get(activity.id);
    const fields = fieldsOf(activity.stored);
    if (computed === undefined || activity.stored.earlyStart === undefined || activity.actualFinish !== undefined) {
      comparison.notStored[whyNotStored(activity, computed, scheduled)]++;
    }
    if (computed === undefined || activity.actualFinish !== undefined) continue;
    const { workAt, calendar } = graph.timeOf(activity.calendar);
    for (const field of fields) {
      const is = computed[COMPUTED[field]];
      const was = activity.stored[field]!;
      comparison.compared++;
      const isDate = field !== 'totalFloatMs' && field !== 'freeFloatMs';
      const sameMoment = isDate && Math.abs(workAt(is) - workAt(was)) < TOLERANCE_MS;
      if (Math.abs(is - was) < TOLERANCE_MS) comparison.equal++;
      else if (sameMoment) {
        comparison.equal++;
        comparison.sameMoment++;
      } else {
        const reason = calendar.replaced ? 'calendar_replaced' : reasonOf(activity, field, result, stored);
        comparison.differences.push({ activity: activity.id, field, stored: was, computed: is, reason });
      }
    }
  }
  return comparison;
}

function whyNotStored(
  activity: ScheduleActivity,
  computed: ActivityDates | undefined,
  scheduled: ReadonlySet<string>,
): keyof Comparison['notStored'] {
  if (activity.actualFinish !== undefined) return 'completed';
  if (activity.inactive || computed === undefined) return 'inactive';
  return scheduled.has(activity.project) ? 'other' : 'never_scheduled';
}

const COMPUTED = {
  earlyStart: 'earlyStart',
  earlyFinish: 'earlyFinish',
  lateStart: 'lateStart',
  lateFinish: 'lateFinish',
  totalFloatMs: 'totalFloatMs',
  freeFloatMs: 'freeFloatMs',
  start: 'earlyStart',
  finish: 'earlyFinish',
} as const satisfies Record<keyof StoredDates, keyof ActivityDates>;

/** Start and finish are compared where a file has no early dates; beside them they may be levelled or moved by hand. */
function fieldsOf(stored: StoredDates): (keyof StoredDates)[] {
  const fields = Object.keys(stored) as (keyof StoredDates)[];
  return stored.earlyStart === undefined ? fields : fields.filter((field) => field !== 'start' && field !== 'finish');
}

interface Stored extends NetworkDates {
  endOf: (node: NetworkNode) => number;
}

/** The dates of the file in the places of the calculation; calculated ones where the file has none. */
function storedDates(result: NetworkResult): Stored {
  const { order, passes } = result;
  const dates: Stored = {
    endOf: storedEnds(result),
    earlyStart: passes.earlyStart.slice(),
    earlyFinish: passes.earlyFinish.slice(),
    lateStart: passes.lateStart.slice(),
    lateFinish: passes.lateFinish.slice(),
  };
  for (const { activity, index, kind } of order) {
    if (kind !== 'work') continue;
    for (const field of DATES) dates[field][index] = storedDate(activity.stored, field) ?? dates[field][index]!;
  }
  return dates;
}

function storedDate(stored: StoredDates, field: Dates): number | undefined {
  const moved = { earlyStart: stored.start, earlyFinish: stored.finish, lateStart: undefined, lateFinish: undefined };
  return stored[field] ?? (stored.earlyStart === undefined ? moved[field] : undefined);
}

function reasonOf(
  activity: ScheduleActivity,
  field: keyof StoredDates,
  result: NetworkResult,
  stored: Stored,
): DifferenceReason {
  const { earlyStart, earlyFinish, lateStart, lateFinish, totalFloatMs } = activity.stored;
  if (field === 'totalFloatMs' && earlyFinish !== undefined && lateFinish !== undefined) {
    const { between } = result.graph.timeOf(activity.calendar);
    const gaps = [between(earlyFinish, lateFinish)];
    if (earlyStart !== undefined && lateStart !== undefined) gaps.push(between(earlyStart, lateStart));
    return gaps.some((gap) => Math.abs(gap - totalFloatMs!) < TOLERANCE_MS)
      ? 'follows_others'
      : 'float_contradicts_dates';
  }
  const node = result.graph.byActivity.get(activity.id);
  // Summaries and levels of effort only follow; so does a free float from the dates of successors.
  if (node === undefined || field === 'freeFloatMs' || field === 'totalFloatMs') return 'follows_others';
  const computed = COMPUTED[field] as Dates;
  const again = alone(node, computed.startsWith('early'), stored);
  return Math.abs(again[computed] - activity.stored[field]!) < TOLERANCE_MS ? 'follows_others' : 'not_rescheduled';
}

/** What one activity would get if everything around it had the stored dates. */
function alone(node: NetworkNode, early: boolean, stored: Stored): Record<Dates, number> {
  const kept = DATES.map((field) => stored[field][node.index]!);
  if (early) passForward([node], stored);
  else passBackward([node], stored, { endOf: (one) => endOf(one, stored, stored.endOf(one)) });
  const again = Object.fromEntries(DATES.map((field) => [field, stored[field][node.index]!])) as Record<Dates, number>;
  DATES.forEach((field, i) => (stored[field][node.index] = kept[i]!));
  return again;
}

type Dates = (typeof DATES)[number];

/** Where open ends end by the stored dates: the imposed finish, or the last one that is stored. */
function storedEnds({ order, finishOf }: NetworkResult): (node: NetworkNode) => number {
  const last = new Map<string, number>();
  for (const { activity, kind, project } of order) {
    const finish = kind === 'work' ? storedDate(activity.stored, 'earlyFinish') : undefined;
    if (finish !== undefined) last.set(project.id, Math.max(last.get(project.id) ?? -Infinity, finish));
  }
  return (node) => node.project.mustFinishBy ?? last.get(node.project.id) ?? finishOf(node);
}

import { passBackward } from './backward.ts';
import { emptyDates } from './calculate.ts';
import type { NetworkNode } from './graph.ts';
import type { NetworkResult } from './result.ts';
import { DAY_MS, lengthOf, WEEK_DAYS } from '../schedule/work-calendar.ts';

/** How far one activity may slip before a milestone does, by the logic of the network alone. */
export interface MilestoneFloat {
  milestone: string;
  name: string;
  workingDays: number;
  calendarDays: number;
}

/** Milestones that are looked at: each costs a pass over what leads to it. */
const MAX_MILESTONES = 32;

/**
 * Open milestones that something leads to, the latest first when there are too many, and the activity that ends each
 * project: what a delay can move.
 */
export function milestonesOf({ order, dates }: NetworkResult): NetworkNode[] {
  const open = order.filter(({ kind, activity }) => kind === 'work' && activity.actualFinish === undefined);
  const finishOf = (node: NetworkNode) => dates.get(node.activity.id)!.earlyFinish;
  const last = new Map<string, NetworkNode>();
  for (const node of open) {
    const latest = last.get(node.project.id);
    // Of several that end together the one nothing follows.
    if (latest === undefined || finishOf(node) >= finishOf(latest)) last.set(node.project.id, node);
  }
  const points = open.filter(({ activity, incoming }) => activity.type.endsWith('milestone') && incoming.length > 0);
  const rest = points.filter((node) => last.get(node.project.id) !== node);
  const latestFirst = rest.toSorted((a, b) => finishOf(b) - finishOf(a));
  return [...last.values(), ...latestFirst].slice(0, MAX_MILESTONES);
}

/** Float of every activity towards each milestone it leads to, by activity. */
export function floatsToMilestones(result: NetworkResult): Map<string, MilestoneFloat[]> {
  const floats = new Map<string, MilestoneFloat[]>();
  const { order, passes } = result;
  const place = new Map(order.map((node, index) => [node, index]));
  for (const milestone of milestonesOf(result)) {
    const leading = leadingTo(milestone).toSorted((a, b) => place.get(a)! - place.get(b)!);
    const { lateStart, lateFinish } = emptyDates(passes.earlyStart.length);
    const dates = { ...passes, lateStart, lateFinish };
    const endOf = (node: NetworkNode) => (node === milestone ? passes.earlyFinish[node.index]! : Infinity);
    passBackward(leading, dates, { endOf, logicOnly: true });
    for (const { kind, activity, time, index } of leading) {
      const late = lateFinish[index]!;
      if (kind !== 'work' || activity.actualFinish !== undefined || !Number.isFinite(late)) continue;
      const workingDays = Math.max(0, time.between(passes.earlyFinish[index]!, late)) / time.calendar.dayMs;
      const float = {
        milestone: milestone.activity.id,
        name: milestone.activity.name,
        workingDays,
        calendarDays: Math.max(0, late - passes.earlyFinish[index]!) / DAY_MS,
      };
      const own = floats.get(activity.id);
      if (own === undefined) floats.set(activity.id, [float]);
      else own.push(float);
    }
  }
  return floats;
}

function leadingTo(milestone: NetworkNode): NetworkNode[] {
  const found = new Set([milestone]);
  for (const { incoming } of found) for (const { from } of incoming) found.add(from);
  return [...found];
}

/** What one day of work takes in a week without holidays: 7 / 5 for an office week. */
export function calendarDaysPerWorkingDay({ week, dayMs }: NetworkNode['time']['calendar']): number {
  return (WEEK_DAYS * dayMs) / week.reduce((sum, shifts) => sum + lengthOf(shifts), 0);
}

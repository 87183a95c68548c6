import { GRACE_WORKING_DAYS, LEAD_TIME_FACTOR, REPLAN_WORKING_DAYS, SHIFT_AT } from './calibration.ts';
import { PROJECT_TYPES, planProject } from './network.ts';
import { perform } from './perform.ts';
import { hire } from './subcontractors.ts';
import { TRADES } from './assumptions.ts';
import type { Calendar } from './calendar.ts';
import type { Draw } from './draw.ts';
import type { PlannedActivity, ProjectType } from './network.ts';
import type { Conditions } from './perform.ts';
import type { Market } from './subcontractors.ts';

/** An activity that has been worked; days are numbers of the calendar. */
export interface Performed {
  site: string;
  project: string;
  place: number;
  projectType: ProjectType;
  conditions: Conditions;
  /** By the plan in force when it started. */
  plannedStart: number;
  plannedFinish: number;
  start: number;
  finish: number;
  late: boolean;
}

export interface SiteWorld {
  site: string;
  region: string;
  /** Calendar days on which projects may start. */
  firstDay: number;
  lastDay: number;
  calendar: Calendar;
  market: Market;
  draw: Draw;
}

interface Project {
  name: string;
  type: ProjectType;
  startDay: number;
  activities: PlannedActivity[];
  performed: (Performed | undefined)[];
}

/** How many projects of a site run at the same time. */
const LANES = 3;

/** Everything that happens on one site, in the order of the days on which activities start. */
export function simulateSite(world: SiteWorld): Performed[] {
  const projects = startProjects(world);
  const done: Performed[] = [];
  for (let next = earliest(projects); next; next = earliest(projects)) {
    const performed = performNext(world, next.project, next.place, next.day, done);
    next.project.performed[next.place] = performed;
    done.push(performed);
  }
  return done;
}

function startProjects({ site, firstDay, lastDay, draw }: SiteWorld): Project[] {
  const projects: Project[] = [];
  for (let lane = 0; lane < LANES; lane++) {
    for (let startDay = firstDay + draw.integer(0, 250); startDay < lastDay;) {
      const type = draw.pick(PROJECT_TYPES);
      const activities = planProject(type, draw);
      const name = `${site}-p${String(projects.length + 1).padStart(2, '0')}`;
      projects.push({ name, type, startDay, activities, performed: activities.map(() => undefined) });
      startDay += Math.max(...activities.map((activity) => activity.finish)) + draw.integer(40, 160);
    }
  }
  return projects;
}

/** The activity that can start first: all its predecessors are done. */
function earliest(projects: readonly Project[]) {
  let best: { project: Project; place: number; day: number } | undefined;
  for (const project of projects) {
    project.activities.forEach((activity, place) => {
      if (project.performed[place] || activity.predecessors.some((before) => !project.performed[before])) return;
      const ends = activity.predecessors.map((before) => project.performed[before]!.finish);
      const day = Math.max(project.startDay, ...ends);
      if (!best || day < best.day) best = { project, place, day };
    });
  }
  return best;
}

function performNext(world: SiteWorld, project: Project, place: number, start: number, done: Performed[]): Performed {
  const activity = project.activities[place]!;
  const before = activity.predecessors.map((predecessor) => project.performed[predecessor]!);
  const plannedStart = plannedStartOf(project, activity, before, start);
  const plannedFinish = plannedStart + activity.days;
  const conditions = conditionsOf(world, activity, before, start, done);
  const finish = start + perform(conditions, world.draw);
  return {
    site: world.site,
    project: project.name,
    place,
    projectType: project.type,
    conditions,
    plannedStart,
    plannedFinish,
    start,
    finish,
    late: finish > plannedFinish + GRACE_WORKING_DAYS,
  };
}

/** The plan was last redone up to a fortnight ago and knew of its predecessors what was known then. */
function plannedStartOf(
  project: Project,
  activity: PlannedActivity,
  before: readonly Performed[],
  start: number,
): number {
  const sinceStart = start - project.startDay;
  const replannedAt = start - (sinceStart % REPLAN_WORKING_DAYS);
  const expected = before.map(({ finish, plannedFinish }) =>
    finish <= replannedAt ? finish : Math.max(plannedFinish, replannedAt),
  );
  // Nobody plans to start before the baseline, unless the work has in fact run ahead.
  return Math.min(start, Math.max(project.startDay + Math.min(activity.start, sinceStart), ...expected));
}

function conditionsOf(
  { calendar, region, market, draw }: SiteWorld,
  activity: PlannedActivity,
  before: readonly Performed[],
  start: number,
  done: readonly Performed[],
): Conditions {
  const trade = TRADES[activity.trade];
  const afterShift = calendar.timeOf(start) >= SHIFT_AT;
  const underWay = done.filter((other) => other.finish > start && other.conditions.activity.trade === activity.trade);
  const leadDays = Math.round(trade.leadDays * (afterShift ? LEAD_TIME_FACTOR.quoted : 1) * draw.uniform(0.85, 1.15));
  return {
    activity,
    region,
    month: calendar.monthOf(start),
    subcontractor: hire(market, afterShift, draw),
    crewSize: Math.max(2, Math.round(trade.crew * draw.uniform(0.65, 1.2))),
    crewLoad: underWay.length + 1,
    latePredecessors: before.length === 0 ? 0 : before.filter((other) => other.late).length / before.length,
    leadDays,
    orderedDaysAhead: Math.round(leadDays * draw.uniform(0.7, 1.5)),
    afterShift,
  };
}

import type { Draw } from './draw.ts';
import type { TradeName } from './assumptions.ts';

/** An activity of a project before anything happens to it; numbers are working days, places are in the project's list. */
export interface PlannedActivity {
  phase: string;
  trade: TradeName;
  days: number;
  /** Finish-to-start, always earlier in the list. */
  predecessors: number[];
  successors: number[];
  /** Days after the project start. */
  start: number;
  finish: number;
  /** Days it may slip before the project does. */
  totalFloat: number;
}

export const PROJECT_TYPES = ['school', 'housing', 'office', 'hospital'] as const;
export type ProjectType = (typeof PROJECT_TYPES)[number];

const FLOORS: Record<ProjectType, readonly [number, number]> = {
  school: [2, 4],
  housing: [4, 8],
  office: [4, 7],
  hospital: [3, 6],
};

/** A building: ground, structure floor by floor, envelope, services and interiors following it up, handover. */
export function planProject(type: ProjectType, draw: Draw): PlannedActivity[] {
  const activities: PlannedActivity[] = [];
  const add = (phase: string, trade: TradeName, low: number, high: number, predecessors: number[]) => {
    const days = draw.integer(low, high);
    activities.push({ phase, trade, days, predecessors, successors: [], start: 0, finish: 0, totalFloat: 0 });
    return activities.length - 1;
  };
  const floors = draw.integer(...FLOORS[type]);
  const frame: TradeName = type === 'housing' ? 'concrete' : 'steel';
  const excavation = add('ground', 'earthworks', 10, 25, []);
  const drains = add('ground', 'plumbing', 5, 12, [excavation]);
  let below = add('ground', 'concrete', 12, 25, [excavation]);
  let [services, interior]: [number[], number[]] = [[drains], []];
  for (let floor = 0; floor < floors; floor++) {
    below = add('structure', frame, 8, 16, [below]);
    const slab = add('structure', 'concrete', 5, 10, [below]);
    const walls = add('envelope', 'masonry', 8, 15, [slab]);
    services = [
      add('services', 'plumbing', 5, 12, [slab, ...services.slice(0, 1)]),
      add('services', 'electrical', 6, 14, [slab, ...services.slice(1, 2)]),
      add('services', 'hvac', 6, 14, [slab, ...services.slice(2, 3)]),
    ];
    const board = add('interior', 'drywall', 6, 12, [...services, walls, ...interior]);
    interior = [add('interior', 'finishes', 8, 16, [board])];
    below = slab;
  }
  const roof = add('envelope', 'roofing', 8, 18, [below]);
  const facade = add('envelope', 'facade', 15, 35, [below]);
  const lifts = add('services', 'elevators', 15, 30, [roof]);
  const outside = add('handover', 'landscaping', 10, 25, [facade]);
  add('handover', 'commissioning', 8, 20, [...interior, lifts, facade, outside]);
  return schedule(activities);
}

/** Forward pass, then backward pass; places are already in order of precedence. */
function schedule(activities: PlannedActivity[]): PlannedActivity[] {
  activities.forEach((activity, place) => {
    activity.start = Math.max(0, ...activity.predecessors.map((before) => activities[before]!.finish));
    activity.finish = activity.start + activity.days;
    for (const before of activity.predecessors) activities[before]!.successors.push(place);
  });
  const end = Math.max(...activities.map((activity) => activity.finish));
  const latestFinish = activities.map(() => end);
  for (let place = activities.length - 1; place >= 0; place--) {
    const activity = activities[place]!;
    activity.totalFloat = latestFinish[place]! - activity.finish;
    for (const before of activity.predecessors) {
      latestFinish[before] = Math.min(latestFinish[before]!, latestFinish[place]! - activity.days);
    }
  }
  return activities;
}

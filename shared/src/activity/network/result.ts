import type { NetworkDates } from './forward.ts';
import type { NetworkGraph, NetworkNode } from './graph.ts';
import type { Schedule, WallTime } from '../schedule/schedule.ts';

/** What the calculation says of one activity; dates of what remains where it has started. */
export interface ActivityDates {
  activity: string;
  earlyStart: WallTime;
  earlyFinish: WallTime;
  lateStart: WallTime;
  lateFinish: WallTime;
  /** Working ms on the calendar of the activity; negative when it is too late already. */
  totalFloatMs: number;
  freeFloatMs: number;
  /** Total float in days of its calendar, and what lies between early and late finish in days of 24 hours. */
  totalFloatWorkingDays: number;
  totalFloatCalendarDays: number;
  critical: boolean;
}

export interface NetworkResult {
  schedule: Schedule;
  dates: Map<string, ActivityDates>;
  /** Last early finish of each project. */
  projectFinish: Map<string, WallTime>;
  /** What late dates of a node are counted back from. */
  finishOf: (node: NetworkNode) => WallTime;
  /** Open activities without predecessor or without successor, by id. */
  openStarts: string[];
  openEnds: string[];
  graph: NetworkGraph;
  order: NetworkNode[];
  passes: NetworkDates;
}

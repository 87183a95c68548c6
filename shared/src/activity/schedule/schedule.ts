import type { WorkCalendar } from './work-calendar.ts';

/**
 * A moment of a schedule: local wall time, as milliseconds since epoch if that wall time were UTC. Schedules carry no
 * zone and know no summer time: 08:00 is 08:00 on every day, and a day has 24 hours.
 */
export type WallTime = number;

/** One neutral value for every kind of schedule file. Ids are unique over the whole value. */
export interface Schedule {
  source: 'p6-xer' | 'ms-project-xml';
  projects: ScheduleProject[];
  calendars: WorkCalendar[];
  activities: ScheduleActivity[];
  relations: ScheduleRelation[];
  /** What could not be taken as it stands; nothing is passed over in silence. The list is bounded, the counts are not. */
  problems: ScheduleProblem[];
  problemCounts: Record<string, number>;
  /** Rows or elements read, by table or kind. */
  counts: Record<string, number>;
}

export interface ScheduleProblem {
  code: string;
  /** Where: `line 12`, or the path of an element. */
  at: string;
  field: string;
  message: string;
  expected: string;
}

export interface ScheduleProject {
  id: string;
  name: string;
  /** Up to here the past is known; nothing is planned before it. */
  dataDate: WallTime;
  /** No activity that waits for nothing starts earlier. */
  start: WallTime;
  /** Imposed end: late dates are counted back from it instead of from the last early finish. */
  mustFinishBy?: WallTime;
  /** A project scheduled from its finish: everything as late as possible before this. */
  scheduleFromFinish?: WallTime;
  calendar: string;
  rules: ScheduleRules;
}

/** How the tool that wrote the file calculates. */
export interface ScheduleRules {
  method: 'p6' | 'ms-project';
  /** Of started activities whose predecessors are open. */
  outOfSequence: 'retained-logic' | 'progress-override';
  totalFloat: 'finish' | 'start' | 'smallest';
  /** Use the expected finish an activity names. */
  useExpectedFinish: boolean;
  /** A start lag counts from the early start of what remains (true) or from the actual start. */
  startLagFromEarlyStart: boolean;
  /** Late dates of open ends count back from the end of their own project or of all of them. */
  floatTo: 'project' | 'all';
  /** Activities without successors are critical: their late finish is their early finish. */
  openEndsCritical: boolean;
  /** Total float up to this much is critical; working ms. */
  criticalFloatMs: number;
}

/** `milestone` is one of Microsoft Project, which may lie at a start or a finish of work. */
export type ActivityType =
  | 'task'
  | 'milestone'
  | 'start-milestone'
  | 'finish-milestone'
  | 'level-of-effort'
  | 'summary';

export type ConstraintType =
  | 'start-no-earlier'
  | 'start-no-later'
  | 'finish-no-earlier'
  | 'finish-no-later'
  | 'start-on' // delays early dates and pulls late ones, the logic of the network stands
  | 'finish-on'
  | 'must-start' // against the logic of the network, too
  | 'must-finish'
  | 'as-late-as-possible';

export interface ScheduleConstraint {
  type: ConstraintType;
  /** Absent for `as-late-as-possible`. */
  date?: WallTime;
}

/** Work of one resource on its own calendar; an activity that has some lasts until the last of it is done. */
export interface WorkSpan {
  calendar: string;
  /** Working time from the start of the activity until this resource begins. */
  delayMs: number;
  /** Working time it still needs. */
  remainingMs: number;
}

export interface ScheduleActivity {
  id: string;
  /** What people call it: activity code, or number in the list. */
  code: string;
  name: string;
  project: string;
  /** Codes from the top of the breakdown to the activity's own place. */
  wbs: readonly string[];
  type: ActivityType;
  calendar: string;
  /** Working ms of the whole activity, and of what remains. */
  durationMs: number;
  remainingMs: number;
  /** 0–100. */
  percentComplete: number;
  actualStart?: WallTime;
  actualFinish?: WallTime;
  /** Work that was interrupted goes on no earlier. */
  resume?: WallTime;
  expectedFinish?: WallTime;
  /** Moves the late finish, never the early dates. */
  deadline?: WallTime;
  /** Dates that other projects impose and that are not in the file. */
  externalEarlyStart?: WallTime;
  externalLateFinish?: WallTime;
  constraints: readonly ScheduleConstraint[];
  /** Promised: target dates of P6, the first baseline of Microsoft Project. */
  planned?: { start: WallTime; finish: WallTime };
  /** Dates set by a person; the calculation takes them as they are. */
  fixed?: { start: WallTime; finish: WallTime };
  /** Left out of the calculation and of its logic. */
  inactive?: boolean;
  spans?: readonly WorkSpan[];
  levelingDelayMs?: number;
  /** Summaries: who is summed up. */
  members?: readonly string[];
  stored: StoredDates;
}

/** What the file says was calculated; a value that is absent was never stored. */
export interface StoredDates {
  earlyStart?: WallTime;
  earlyFinish?: WallTime;
  lateStart?: WallTime;
  lateFinish?: WallTime;
  totalFloatMs?: number;
  freeFloatMs?: number;
  /** When what remains is planned: what a file still says that was never scheduled. */
  start?: WallTime;
  finish?: WallTime;
}

export type RelationType = 'FS' | 'SS' | 'FF' | 'SF';

export interface ScheduleRelation {
  from: string;
  to: string;
  type: RelationType;
  /** Working time on `lagCalendar`; negative is a lead. */
  lagMs: number;
  lagCalendar: string;
}

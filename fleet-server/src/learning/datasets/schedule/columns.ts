/**
 * The table that a schedule file becomes, one row an activity. Dates are wall time written as UTC, as schedules carry no
 * zone. A reader knows it by these names.
 */
export const SCHEDULE_COLUMNS = [
  'schedule_project',
  'activity_code',
  'activity_type',
  'wbs_top',
  'calendar_name',
  'calendar_hours_a_week',
  'planned_start',
  'planned_finish',
  'planned_duration_days',
  'planned_total_float_days',
  'planned_free_float_days',
  'planned_critical',
  'predecessor_count',
  'successor_count',
  'actual_start',
  'actual_finish',
  'data_date',
] as const;

export type ScheduleColumn = (typeof SCHEDULE_COLUMNS)[number];

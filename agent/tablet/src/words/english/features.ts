import type { FeatureCatalogue } from '../feature-words.ts';
import type { Format } from '../format.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const season = { label: 'Time of year', says: () => 'the time of year' };
const float = (value: number, { days }: Format) =>
  value < 0 ? `${days(-value)} behind its float` : value === 0 ? 'no float at all' : `${days(value)} of float`;
const critical = {
  label: 'Critical path',
  says: (value: number) => (value === 1 ? 'on the critical path' : 'not on the critical path'),
};
const before = (value: number) => `${value} ${value === 1 ? 'activity' : 'activities'} must come before it`;
const after = (value: number) => `${value} ${value === 1 ? 'activity waits' : 'activities wait'} for it`;
const lateBefore = (value: number) =>
  value === 0 ? 'nothing before it is late' : `${value} ${value === 1 ? 'activity' : 'activities'} before it late`;
const others = (value: number, rest: string) => `${value} other ${value === 1 ? 'activity' : 'activities'} ${rest}`;

export const features: FeatureCatalogue = {
  as_of_month: { label: 'Month', says: (value, { month }) => `it is ${month(value)}` },
  as_of_weekday: {
    label: 'Day of the week',
    says: (value) => `it is ${WEEKDAYS[value - 1] ?? 'that day of the week'}`,
  },
  season_sine: season,
  season_cosine: season,
  planned_days: { label: 'Planned days', says: (value, { days }) => `${days(value)} planned for it` },
  planned_working_days: {
    label: 'Planned working days',
    says: (value, { number }) => `${number(value)} working days planned for it`,
  },
  days_since_start: {
    label: 'Days since planned start',
    says: (value, { days }) =>
      value < 0 ? `${days(-value)} until its planned start` : `planned start was ${days(value)} ago`,
  },
  days_to_due: {
    label: 'Days until due',
    says: (value, { days }) => (value < 0 ? `${days(-value)} past its due date` : `due in ${days(value)}`),
  },
  elapsed_share: {
    label: 'Planned time used',
    says: (value, { percent }) => `${percent(value)} of the planned time has passed`,
  },
  due_month: { label: 'Due month', says: (value, { month }) => `due in ${month(value)}` },
  replans_so_far: {
    label: 'Times planned again',
    says: (value) =>
      value === 0 ? 'its plan never changed' : `planned again ${value === 1 ? 'once' : `${value} times`}`,
  },
  days_slipped_in_plans: {
    label: 'Slip in the plans',
    says: (value, { days }) =>
      value === 0
        ? 'due date unchanged since the first plan'
        : `plan moved ${days(Math.abs(value))} ${value > 0 ? 'later' : 'earlier'}`,
  },
  reported_percent: {
    label: 'Reported progress',
    says: (value, { number }) => `${number(value, 0)} % done by the last report`,
  },
  progress_gap: {
    label: 'Behind or ahead of plan',
    says: (value, { number }) =>
      Math.round(value) === 0
        ? 'progress as planned'
        : `${number(Math.abs(value), 0)} points ${value > 0 ? 'behind' : 'ahead of'} where it should be`,
  },
  days_since_last_report: { label: 'Days without report', says: (value, { days }) => `last report ${days(value)} ago` },
  start_delay_days: {
    label: 'Late start',
    says: (value, { days }) =>
      value === 0 ? 'started on time' : `started ${days(Math.abs(value))} ${value > 0 ? 'late' : 'early'}`,
  },
  delay_causes_so_far: {
    label: 'Causes of delay so far',
    says: (value) =>
      value === 0 ? 'no cause of delay reported' : `${value} ${value === 1 ? 'cause' : 'causes'} of delay reported`,
  },
  site_late_rate: {
    label: 'Late work on this site',
    says: (value, { percent }) => `${percent(value)} of work on this site ends late`,
  },
  site_last_late_rate: {
    label: 'Late lately on this site',
    says: (value, { percent }) => `${percent(value)} of what was finished here lately was late`,
  },
  site_finished: { label: 'Finished on this site', says: (value) => others(value, 'finished on this site') },
  trade_late_rate: {
    label: 'Late work of this trade',
    says: (value, { percent }) => `${percent(value)} of this trade's work here ends late`,
  },
  trade_finished: { label: 'Finished by this trade', says: (value) => others(value, 'of this trade finished here') },
  open_activities: { label: 'Open on this site', says: (value) => others(value, 'under way on this site') },
  open_activities_of_trade: {
    label: 'Open for this trade',
    says: (value) => others(value, 'under way for this trade'),
  },
  overdue_activities: { label: 'Overdue on this site', says: (value) => others(value, 'overdue on this site') },
  total_float_days: { label: 'Float', says: float },
  is_critical: critical,
  nearest_milestone_float_days: {
    label: 'Float to the next milestone',
    says: (value, format) => `${float(value, format)} to the next milestone`,
  },
  predecessors_late: { label: 'Late before it', says: lateBefore },
  duration_days: { label: 'Duration', says: (value, { days }) => `${days(value)} of work` },
  remaining_days: { label: 'Work left', says: (value, { days }) => `${days(value)} of work left` },
  percent_complete: { label: 'Percent complete', says: (value, { number }) => `${number(value, 0)} % done` },
  free_float_days: { label: 'Free float', says: (value, { days }) => `${days(value)} before the next one waits` },
  float_days: { label: 'Float', says: float },
  critical,
  started: { label: 'Started', says: (value) => (value === 1 ? 'already started' : 'not started yet') },
  predecessors: { label: 'Activities before it', says: before },
  successors: { label: 'Activities after it', says: after },
  n_pred: { label: 'Activities before it', says: before },
  n_succ: { label: 'Activities after it', says: after },
  late_predecessors: { label: 'Late before it', says: lateBefore },
  start_month: { label: 'Start month', says: (value, { month }) => `starts in ${month(value)}` },
  crew_size: { label: 'Crew size', says: (value) => `${value} ${value === 1 ? 'person' : 'people'} in the crew` },
  crew_load: {
    label: 'Jobs of the crew at once',
    says: (value) => (value <= 1 ? 'the crew has only this to do' : `the crew works on ${value} activities at once`),
  },
  lead_days: {
    label: 'Lead time of material',
    says: (value, { days }) => (value === 0 ? 'material from stock' : `material takes ${days(value)} to arrive`),
  },
  ordered_days_ahead: { label: 'Ordered ahead', says: (value, { days }) => `material ordered ${days(value)} ahead` },
  trade: { label: 'Trade', says: (value) => `the trade: ${value}` },
  phase: { label: 'Phase', says: (value) => `the phase: ${value}` },
  subcontractor: { label: 'Subcontractor', says: (value) => `done by ${value}` },
  region: { label: 'Region', says: (value) => `the region: ${value}` },
  project_type: { label: 'Kind of project', says: (value) => `the kind of project: ${value}` },
};

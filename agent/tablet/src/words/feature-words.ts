import type { Format } from './format.ts';

/** How one feature is spoken of. */
export interface FeatureWords {
  /** What it is: "Crew size". */
  label: string;
  /** What this value of it means on site, as half a sentence: "3 people in the crew". */
  says: (value: number, format: Format) => string;
}

/** Of features whose value is text: "carpentry by Meyer Ltd." */
export interface TextFeatureWords {
  label: string;
  says: (value: string) => string;
}

/**
 * Everything the catalogue of derived features has, and the columns that schedules and our example sites bring. A feature
 * of nobody's list is spoken of by its own name.
 */
export const NUMBER_FEATURES = [
  'as_of_month',
  'as_of_weekday',
  'season_sine',
  'season_cosine',
  'planned_days',
  'planned_working_days',
  'days_since_start',
  'days_to_due',
  'elapsed_share',
  'due_month',
  'replans_so_far',
  'days_slipped_in_plans',
  'reported_percent',
  'progress_gap',
  'days_since_last_report',
  'start_delay_days',
  'delay_causes_so_far',
  'site_late_rate',
  'site_last_late_rate',
  'site_finished',
  'trade_late_rate',
  'trade_finished',
  'open_activities',
  'open_activities_of_trade',
  'overdue_activities',
  'total_float_days',
  'is_critical',
  'nearest_milestone_float_days',
  'predecessors_late',
  'duration_days',
  'remaining_days',
  'percent_complete',
  'free_float_days',
  'float_days',
  'critical',
  'started',
  'predecessors',
  'successors',
  'n_pred',
  'n_succ',
  'late_predecessors',
  'start_month',
  'crew_size',
  'crew_load',
  'lead_days',
  'ordered_days_ahead',
] as const;

export const TEXT_FEATURES = ['trade', 'phase', 'subcontractor', 'region', 'project_type'] as const;

export type NumberFeature = (typeof NUMBER_FEATURES)[number];
export type TextFeature = (typeof TEXT_FEATURES)[number];
export type FeatureCatalogue = Record<NumberFeature, FeatureWords> & Record<TextFeature, TextFeatureWords>;

export function isNumberFeature(key: string): key is NumberFeature {
  return NUMBER_FEATURES.some((one) => one === key);
}

export function isTextFeature(key: string): key is TextFeature {
  return TEXT_FEATURES.some((one) => one === key);
}

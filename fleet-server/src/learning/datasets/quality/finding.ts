import type { CohortSummary } from '../summary.ts';

/** `refuse`: a figure from these rows would be false. `warn`: look before you believe one. `note`: good to know. */
export type Severity = 'refuse' | 'warn' | 'note';

export type FindingCode =
  | 'column_constant'
  | 'column_empty'
  | 'column_left_out'
  | 'identifier'
  | 'missing_values'
  | 'outliers'
  | 'infinite_values'
  | 'duplicate_rows'
  | 'duplicates_across_folds'
  | 'near_duplicates'
  | 'near_duplicates_across_folds'
  | 'leak_separates'
  | 'leak_filled_for_one_class'
  | 'leak_name'
  | 'leak_label_copy'
  | 'leak_label_source'
  | 'date_after_start'
  | 'class_imbalance'
  | 'base_rate_moves'
  | 'one_class_site'
  | 'groups_across_folds'
  | 'empty_window'
  | 'censored'
  | 'recent_thinner'
  | 'rejected_rows'
  | 'rows_held'
  | 'label_contradicted';

export interface QualityFinding {
  code: FindingCode;
  severity: Severity;
  /** Column, role or member at fault. */
  field: string;
  sentence: string;
  /** Refs of some of the rows. */
  rows?: string[];
}

export interface ColumnQuality {
  name: string;
  type: 'number' | 'category';
  rows: number;
  missing: number;
  distinct: number;
  /** Of numbers that are there: minimum, 5 %, quartiles, 95 %, maximum. */
  quantiles?: [number, number, number, number, number, number, number];
  mean?: number;
  /** Standard deviation, n − 1. */
  sd?: number;
  /** Values more than six robust standard deviations from the median. */
  outliers?: number;
  /** The most frequent levels of a category. */
  top?: { level: string; rows: number }[];
  /** How well the column alone tells the classes apart, 0.5 to 1; absent where too few rows say. */
  separation?: number;
}

export interface QualityReport {
  dataset: string;
  rows: number;
  columns: ColumnQuality[];
  balance: {
    overall: CohortSummary;
    byYear: Record<string, CohortSummary>;
    bySite: Record<string, CohortSummary>;
    /** Only where groups repeat. */
    byGroup: Record<string, CohortSummary>;
  };
  /** The most severe first. */
  findings: QualityFinding[];
}

/** Names of columns or rows in a sentence. */
export function listed(names: readonly string[], show = 5): string {
  const shown = names.slice(0, show).map((name) => `'${name}'`);
  return names.length > show ? `${shown.join(', ')} and ${names.length - show} more` : shown.join(', ');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`;
}

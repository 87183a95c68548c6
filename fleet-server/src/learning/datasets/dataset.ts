import type { Feature, FeatureValue } from '@plumbline/shared/manifest';

/**
 * One labelled row: what was known about an activity at `startAt`, and whether it turned out late.
 * The label may be used from `knownAt` on and not a millisecond earlier. Times are ms since epoch, UTC.
 */
export interface Example {
  /** Stable within the dataset: the same activity has the same ref in every version. */
  ref: string;
  site: string;
  /** Rows of one group never stand on both sides of a split (project, building …). */
  group: string;
  /** When the prediction is asked for. */
  startAt: number;
  /** Cohort date: the planned end. */
  dueAt: number;
  knownAt: number;
  label: 0 | 1;
  /** Actual minus planned finish in days, negative when early; absent while the activity is open (censored). */
  delayDays?: number;
  values: Record<string, FeatureValue>;
}

export interface RejectedRow {
  source: string;
  line: number;
  code: string;
  message: string;
}

/** Rows whose outcome was still open when the source was written, and what the reader did about them. */
export interface Censoring {
  /** Open and not due: nobody can say. Left out. */
  openRows: number;
  /** Due and not finished. */
  overdueRows: number;
  /** What became of the overdue ones: a label 1, or left out because the source cannot tell. */
  overdue: 'late' | 'left-out';
  /** Ms; the day the source describes, where it has one. */
  dataDate?: number;
}

/** Something a reader saw in its files that the rows no longer show. */
export interface SourceFinding {
  code: string;
  severity: 'refuse' | 'warn' | 'note';
  /** Column or member at fault. */
  field: string;
  sentence: string;
  /** Refs of some of the rows. */
  rows?: string[];
}

/** What a version was made from. */
export interface Parent {
  /** `NAME@VERSION`, the whole hash. */
  dataset: string;
  /** For people: `split by group, share 0.8, seed 7: the larger part`. */
  operation: string;
}

export type SplitRule = 'time' | 'group' | 'stratified';

/** One immutable version of a dataset; `version` is the SHA-256 over canonical rows and features. */
export interface Dataset {
  name: string;
  version: string;
  /** Rises when the reader makes other rows of the same files. */
  readerVersion?: number;
  /** Empty or absent: read from its sources. */
  derivedFrom?: Parent[];
  /** Header signature that recognised the input, e.g. `nyc-sca`, `dslib-tracking`, `table`. */
  reader: string;
  sources: { name: string; sha256: string; rows: number }[];
  features: Feature[];
  /** What label 1 means, in words. */
  target: string;
  /** How rows must be split so that the figure is honest. */
  split: SplitRule;
  examples: Example[];
  rejected: RejectedRow[];
  /** Rows read, kept or not, and what became of them: sums to the rows of the sources. */
  counts: Record<string, number>;
  /** Cells of kept rows that held a code or no usable value and became missing, by reason. */
  missingValues?: Record<string, number>;
  /** Columns of a table that are no features, and why. */
  ignoredColumns?: Record<string, string>;
  /** Columns that the label was made from; none of them is a feature. */
  labelColumns?: string[];
  censoring?: Censoring;
  findings?: SourceFinding[];
}

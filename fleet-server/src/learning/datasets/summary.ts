import { splitBySite } from './splits.ts';
import type { Dataset } from './dataset.ts';

export interface CohortSummary {
  rows: number;
  late: number;
  /** `late / rows`, between 0 and 1. */
  baseRate: number;
}

export interface DatasetSummary {
  rowsIn: number;
  kept: number;
  /** Rejected rows by code. */
  rejected: Record<string, number>;
  overall: CohortSummary;
  /** By UTC year of `dueAt`. */
  byYear: Record<string, CohortSummary>;
  bySite: Record<string, CohortSummary>;
}

/** What went in, what was kept and how the label is spread over years and sites. */
export function summary(dataset: Dataset): DatasetSummary {
  const rejected: Record<string, number> = {};
  for (const { code } of dataset.rejected) rejected[code] = (rejected[code] ?? 0) + 1;
  const byYear = Map.groupBy(dataset.examples, (example) => String(new Date(example.dueAt).getUTCFullYear()));
  return {
    rowsIn: dataset.sources.reduce((rows, source) => rows + source.rows, 0),
    kept: dataset.examples.length,
    rejected,
    overall: cohort(dataset.examples),
    byYear: cohorts([...byYear].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    bySite: cohorts([...splitBySite(dataset)]),
  };
}

function cohorts(groups: [string, readonly { label: 0 | 1 }[]][]): Record<string, CohortSummary> {
  return Object.fromEntries(groups.map(([name, examples]) => [name, cohort(examples)]));
}

function cohort(examples: readonly { label: 0 | 1 }[]): CohortSummary {
  const late = examples.filter((example) => example.label === 1).length;
  return { rows: examples.length, late, baseRate: examples.length === 0 ? 0 : late / examples.length };
}

import {
  estimatePerformance,
  SCORE_BINS,
  scoreBin,
  spreadOfSites,
  type PerformanceName,
  type Reference,
} from '../../../shared/src/drift/index.ts';
import type { Example } from '../../../fleet-server/src/learning/datasets/index.ts';
import { accuracy, brier, rocAuc } from '../../../fleet-server/src/learning/training/index.ts';

export interface Scored {
  example: Example;
  score: number;
}

/** What scores alone said of a time, and what came of it. */
export interface Held {
  estimate: number;
  low: number;
  high: number;
  realised: number;
  /** "As on rows held out in training": what one believes who thinks that nothing has changed. */
  before: number;
  covers: boolean;
}

export type Judged = { n: number; measures: Record<PerformanceName, Held> } | { n: number; reason: string };

export const MEASURES: readonly PerformanceName[] = ['auc', 'brier', 'accuracy'];

/** The estimate as the server makes it, rows of a site being alike, beside what was counted on the very same rows. */
export function heldAgainst(rows: readonly Scored[], reference: Reference, alpha: number): Judged {
  const n = rows.length;
  const { calibration, expected } = reference;
  if (calibration === undefined || expected === undefined) return { n, reason: 'the reference has no calibration' };
  const bySite = [...Map.groupBy(rows, ({ example }) => example.site).values()].map(histogram);
  const designEffect = spreadOfSites(bySite)?.designEffect ?? 1;
  const estimate = estimatePerformance(histogram(rows), calibration, { alpha, designEffect });
  if (!estimate.estimated) return { n, reason: estimate.reason };
  const labels = Uint8Array.from(rows, ({ example }) => example.label);
  const scores = Float64Array.from(rows, ({ score }) => score);
  const realised = {
    auc: rocAuc(labels, scores),
    brier: brier(labels, scores),
    accuracy: accuracy(labels, scores, calibration.threshold),
  };
  const held = (name: PerformanceName): Held => {
    const { value, low, high } = estimate.measures[name];
    const covers = realised[name] >= low && realised[name] <= high;
    return { estimate: value, low, high, realised: realised[name], before: expected[name], covers };
  };
  return { n, measures: { auc: held('auc'), brier: held('brier'), accuracy: held('accuracy') } };
}

/** Rows by the year in which they were predicted, which is that of their start. */
export function byYear(rows: readonly Scored[]): [number, Scored[]][] {
  const years = Map.groupBy(rows, ({ example }) => new Date(example.startAt).getUTCFullYear());
  return [...years].toSorted(([a], [b]) => a - b);
}

function histogram(rows: readonly Scored[]): number[] {
  const counts = Array<number>(SCORE_BINS).fill(0);
  for (const { score } of rows) counts[scoreBin(score)]! += 1;
  return counts;
}

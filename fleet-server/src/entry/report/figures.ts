import {
  estimatePerformance,
  outcomesOf,
  realisedPerformance,
  type DriftWindow,
  type Performance,
  type Reference,
} from '@plumbline/shared/drift';
import type { Figure, Figures, Period } from './material.ts';

/** What one device counted in one period. */
export interface Counted {
  device: string;
  site: string;
  from: number;
  to: number;
  window: DriftWindow;
}

/** Of the intervals that are drawn; nothing is decided by them. */
const ALPHA = 0.05;
const UNKNOWN: Performance = { accuracy: Number.NaN, brier: Number.NaN, auc: Number.NaN };

export function outcomesIn(own: readonly Counted[]): { outcomes: number; late: number } {
  let [outcomes, late] = [0, 0];
  for (const { window } of own) {
    const { negative, positive } = outcomesOf(window);
    late += sum(positive);
    outcomes += sum(negative) + sum(positive);
  }
  return { outcomes, late };
}

/** How well a model of chances does, before and after outcomes; of values neither is known. */
export function figuresOf(
  own: readonly Counted[],
  merged: DriftWindow,
  reference: Reference | undefined,
): Pick<Period, 'estimated' | 'realised'> {
  const { calibration, expected = UNKNOWN, scoreEdges } = reference ?? {};
  if (scoreEdges !== undefined) return { estimated: null, realised: null };
  const estimate = calibration && estimatePerformance(merged.score, calibration, { alpha: ALPHA });
  const bySite = [...Map.groupBy(own, ({ site }) => site)].map(([site, all]) => {
    const parts = all.map(({ window }) => outcomesOf(window));
    return {
      site,
      negative: added(parts.map((one) => one.negative)),
      positive: added(parts.map((one) => one.positive)),
    };
  });
  const threshold = calibration?.threshold ?? 0.5;
  const realised = realisedPerformance(bySite, { threshold, alpha: ALPHA, expected });
  return {
    estimated: estimate?.estimated === true ? shown(estimate.measures) : null,
    realised: realised === undefined ? null : shown(realised.measures),
  };
}

function shown(measures: Record<keyof Figures, { value: number; low: number; high: number }>): Figures {
  const { accuracy, brier, auc } = measures;
  return { accuracy: figureOf(accuracy), brier: figureOf(brier), auc: figureOf(auc) };
}

function figureOf({ value, low, high }: { value: number; low: number; high: number }): Figure {
  return { value: finite(value), low: finite(low), high: finite(high) };
}

/** JSON has no other numbers. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function added(parts: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...parts.map((one) => one.length));
  return Array.from({ length }, (_, bin) => sum(parts.map((one) => one[bin] ?? 0)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

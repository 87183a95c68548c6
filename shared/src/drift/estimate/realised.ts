import { meanBounds } from '../bounds/mean-bounds.ts';
import { sum } from '../tests/pool.ts';
import { judged, type Estimate } from './cbpe.ts';
import { performanceOf, scoreAt, type LabelCounts, type Performance, type PerformanceName } from './score-counts.ts';

/** Matured outcomes of one site. */
export interface SiteOutcomes extends LabelCounts {
  site: string;
}

export interface RealisedPerformance {
  n: number;
  /** Sites that count (Kish): below five there are no bounds. */
  sites: number;
  baseRate: number;
  measures: Record<PerformanceName, Estimate>;
}

/**
 * How well a model did, by outcomes that have come: sites are clusters, and the bounds hold at every look (asymptotically), so
 * that a cohort may be looked at while it fills. AUC by the influence of each site on it.
 * Source: Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data", Biometrics 53; bounds as `meanBounds`.
 * @param expected what the model did on rows it had not seen; an alarm is surely and notably worse
 * @returns undefined without an outcome
 */
export function realisedPerformance(
  bySite: readonly SiteOutcomes[],
  { threshold, alpha, expected }: { threshold: number; alpha: number; expected: Performance },
): RealisedPerformance | undefined {
  const sites = bySite
    .map((one) => ({ ...one, n: sum(one.negative) + sum(one.positive) }))
    .filter(({ n }) => n > 0)
    .toSorted((a, b) => (a.site < b.site ? -1 : 1));
  const merged = {
    negative: added(sites.map((one) => one.negative)),
    positive: added(sites.map((one) => one.positive)),
  };
  const value = performanceOf(merged, threshold);
  if (value === undefined) return undefined;
  const n = sites.reduce((all, one) => all + one.n, 0);
  const effective = n ** 2 / sites.reduce((all, one) => all + one.n ** 2, 0);
  const area = areaInfluence(merged, value.auc);
  const influences: Record<PerformanceName, (of: LabelCounts & { n: number }) => number> = {
    accuracy: (of) => ((performanceOf(of, threshold)?.accuracy ?? 0) - value.accuracy) * (of.n / n),
    brier: (of) => (lossOf(of) - value.brier * of.n) / n,
    auc: area,
  };
  const measure = (name: PerformanceName): Estimate => {
    const squares = sites.reduce((all, one) => all + influences[name](one) ** 2, 0);
    const variance = effective > 1 ? squares * effective * (effective / (effective - 1)) : Infinity;
    const { low, high } = meanBounds({ n: effective, mean: value[name], variance }, alpha);
    return judged(name, { value: value[name], low, high, expected: expected[name] });
  };
  const measures = { accuracy: measure('accuracy'), brier: measure('brier'), auc: measure('auc') };
  return { n, sites: effective, baseRate: sum(merged.positive) / n, measures };
}

function lossOf({ negative, positive }: LabelCounts): number {
  const late = positive.reduce((all, count, b) => all + count * (1 - scoreAt(b)) ** 2, 0);
  return negative.reduce((all, count, b) => all + count * scoreAt(b) ** 2, late);
}

/** How far the outcomes of one site move the AUC of all: structural components of DeLong, summed by site. */
function areaInfluence(all: LabelCounts, auc: number): (of: LabelCounts) => number {
  const [lates, inTimes] = [sum(all.positive), sum(all.negative)];
  const [beaten, beating] = [rankShares(all.negative), rankShares(all.positive)];
  return ({ negative, positive }) => {
    const late = positive.reduce((total, count, b) => total + count * ((beaten[b] ?? 0) - auc), 0);
    const inTime = negative.reduce((total, count, b) => total + count * (1 - (beating[b] ?? 0) - auc), 0);
    return late / lates + inTime / inTimes;
  };
}

/** Share of a histogram that lies below each bin, and half of what lies in it. */
function rankShares(counts: readonly number[]): number[] {
  const total = sum(counts);
  let below = 0;
  return counts.map((count) => {
    const share = (below + count / 2) / total;
    below += count;
    return share;
  });
}

function added(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.reduce((total, list) => total + (list[i] ?? 0), 0));
}

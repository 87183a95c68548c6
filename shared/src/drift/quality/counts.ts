import type { FeatureBins } from '../bins.ts';
import { fisherExact } from '../tests/exact.ts';
import { sum } from '../tests/pool.ts';
import type { FeatureCounts, QualityFinding, QualityRule } from './feature-counts.ts';

/** Share of rows by which missing values must have grown. */
const MISSING_GROWTH = 0.1;
/** Share of rows out of range that is worth a word. */
const OUTSIDE_SHARE = 0.02;
/** Part of the rows that did not repeat before and do now. */
const STUCK_PART = 0.5;

type Judge = (
  bins: FeatureBins,
  reference: FeatureCounts,
  window: FeatureCounts,
  rule: QualityRule,
) => QualityFinding | undefined;

export const judgeMissing: Judge = (bins, reference, window, { alpha }) => {
  const place = bins.type === 'number' ? bins.edges.length + 1 : bins.levels.length;
  const [n, m] = [sum(reference.counts), sum(window.counts)];
  if (n === 0 || m === 0) return undefined;
  const [before, after] = [reference.counts[place] ?? 0, window.counts[place] ?? 0];
  const p = fisherExact([before, after], [n - before, m - after]);
  const growth = after / m - before / n;
  if (growth < MISSING_GROWTH || p > alpha) return undefined;
  const sentence = `${bins.name} is missing in ${percent(after / m)} of ${m} rows, ${percent(before / n)} before`;
  return { fault: 'missing', p, size: after / m, sentence };
};

/** Held against how often values repeat anyway: plans change slowly, and so do many honest values. */
export const judgeStuck: Judge = (bins, reference, window, { alpha }) => {
  const [before, after] = [reference.repeats, window.repeats];
  if (before === undefined || after === undefined || before.of === 0 || after.of === 0) return undefined;
  const p = fisherExact([before.count, after.count], [before.of - before.count, after.of - after.count]);
  const [usual, share] = [before.count / before.of, after.count / after.of];
  if (share < usual + (1 - usual) * STUCK_PART || p > alpha) return undefined;
  const sentence = `${bins.name} repeats the value before in ${percent(share)} of ${after.of} rows, ${percent(usual)} before: stuck`;
  return { fault: 'stuck', p, size: share, sentence };
};

/** The reference holds nothing outside its own bounds; by chance a new row does once in n / 2. */
export const judgeRange: Judge = (bins, reference, window, { alpha }) => {
  if (window.outside === undefined || bins.type !== 'number') return undefined;
  const missing = bins.edges.length + 1;
  const [n, m] = [reference, window].map(({ counts }) => sum(counts) - (counts[missing] ?? 0)) as [number, number];
  const [below, above] = window.outside;
  const outside = below + above;
  if (n === 0 || m === 0 || outside / m < OUTSIDE_SHARE) return undefined;
  // Two rows of the reference are its bounds: that many more could have lain outside.
  const p = fisherExact([2, outside], [Math.max(0, n - 2), Math.max(0, m - outside)]);
  if (p > alpha) return undefined;
  const side = above >= below ? 'above' : 'below';
  const sentence = `${bins.name} lies ${side} everything known in ${percent(outside / m)} of ${m} rows`;
  return { fault: 'range', p, size: outside / m, sentence };
};

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
}

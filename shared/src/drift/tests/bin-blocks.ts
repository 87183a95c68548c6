import { groupSparse, inBins, sum } from './pool.ts';
import type { SiteBlock } from './site-block.ts';

/** Counts over the same bins of one site and one stretch of time. */
export interface CountBlock {
  site: string;
  at: number;
  counts: readonly number[];
}

/**
 * Counts as blocks whose squared distances are Pearson's χ² for each row: bins that are too rare for it are joined, by the
 * past alone. Chance of a row is that of its own site, which keeps to fewer bins than the fleet.
 * @returns undefined where only one bin is left
 */
export function blocksOfBins(
  past: readonly CountBlock[],
  now: readonly CountBlock[],
): { past: SiteBlock[]; now: SiteBlock[] } | undefined {
  const before = totalOf(past);
  const groups = groupSparse(
    before,
    now.reduce((all, { counts }) => all + sum(counts), 0),
  );
  if (groups.length < 2) return undefined;
  const n = sum(before);
  const joined = (counts: readonly number[]) => groups.map((group) => inBins(counts, group));
  const shares = joined(before).map((count) => count / n);
  const ofSite = new Map(
    [...Map.groupBy(past, ({ site }) => site)].map(([site, own]) => {
      const counts = joined(totalOf(own));
      const rows = sum(counts);
      const spread = counts.map((count, j) => ((count / rows) * (1 - count / rows)) / (shares[j] ?? 1));
      return [site, rows === 0 ? 0 : sum(spread)];
    }),
  );
  const blockOf = ({ site, at, counts }: CountBlock): SiteBlock => {
    const sums = joined(counts).map((count, j) => count / Math.sqrt(shares[j] ?? 1));
    return { site, at, n: sum(counts), sums, rowVariance: ofSite.get(site) ?? groups.length - 1 };
  };
  return { past: past.map(blockOf), now: now.map(blockOf) };
}

function totalOf(blocks: readonly CountBlock[]): number[] {
  const length = Math.max(0, ...blocks.map(({ counts }) => counts.length));
  return Array.from({ length }, (_, bin) => blocks.reduce((all, { counts }) => all + (counts[bin] ?? 0), 0));
}

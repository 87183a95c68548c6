/** What one site did over one stretch of time: rows, and the sum over them of what is compared. */
export interface SiteBlock {
  site: string;
  /** Number of the stretch, consecutive ones one apart; all blocks are of one length. */
  at: number;
  /** Rows. */
  n: number;
  /** Sums over the rows, one for each direction; shares of bins over √(share of all) make it Pearson's χ². */
  sums: readonly number[];
  /** Variance of one row about the mean of its site, summed over directions: what chance alone gives to a block. */
  rowVariance: number;
}

/** Rows of all blocks. */
export function rowsOf(blocks: readonly SiteBlock[]): number {
  return blocks.reduce((all, { n }) => all + n, 0);
}

/** Mean of all rows, direction by direction. */
export function meanOf(blocks: readonly SiteBlock[]): number[] {
  const n = rowsOf(blocks);
  const length = Math.max(0, ...blocks.map(({ sums }) => sums.length));
  return Array.from({ length }, (_, j) => blocks.reduce((all, { sums }) => all + (sums[j] ?? 0), 0) / n);
}

/** Inner product. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((all, value, i) => all + value * (b[i] ?? 0), 0);
}

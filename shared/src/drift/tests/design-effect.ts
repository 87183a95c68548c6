import { sum } from './pool.ts';

/** What the counts of several sites over the same bins say of how alike the rows of one site are. */
export interface SiteSpread {
  sites: number;
  /** Of these counts: how many times larger the variance of a share is than that of as many independent rows; ≥ 1. */
  designEffect: number;
  /** Correlation of two rows of one site, 0…1: what carries over to windows of another size. */
  correlation: number;
  /** Part of the degrees of freedom that is left, 0…1: sites that keep to few bins move many bins together. */
  freedom: number;
}

/** Fewer sites say next to nothing of their own spread. */
export const MIN_SITES = 5;

/**
 * How the counts of sites spread about their common shares, each site a cluster: the generalised design effects of Rao and
 * Scott 1981 (JASA 76), their mean, and by Satterthwaite how many directions they come down to (second-order correction,
 * Rao and Scott 1984, Annals of Statistics 12). `correlation` follows by Kish: designEffect = 1 + (Σ nₛ² / Σ nₛ − 1) · correlation.
 * @param least sites with rows
 * @returns undefined below `least`: too few to tell
 */
export function spreadOfSites(
  sites: readonly (readonly number[])[],
  least: number = MIN_SITES,
): SiteSpread | undefined {
  const heard = sites.map((counts) => ({ counts, n: sum(counts) })).filter(({ n }) => n > 0);
  if (heard.length < least) return undefined;
  const total = heard.reduce((all, { n }) => all + n, 0);
  const length = Math.max(...heard.map(({ counts }) => counts.length));
  const shares = Array.from({ length }, (_, bin) => {
    return heard.reduce((all, { counts }) => all + (counts[bin] ?? 0), 0) / total;
  });
  const used = shares.flatMap((share, bin) => (share > 0 ? [{ share, bin }] : []));
  const perRow = heard.reduce((all, { n }) => all + n ** 2, 0) / total;
  if (used.length < 2 || perRow <= 1) return { sites: heard.length, designEffect: 1, correlation: 0, freedom: 1 };
  // What each site adds to each bin beyond its share, scaled so that independent rows would give a variance of 1.
  const excess = heard.map(({ counts, n }) => {
    return used.map(({ share, bin }) => ((counts[bin] ?? 0) - share * n) / Math.sqrt(share * total));
  });
  const few = heard.length / (heard.length - 1);
  const { trace, squares } = momentsOf(excess);
  const df = used.length - 1;
  const designEffect = (trace * few) / df;
  return {
    sites: heard.length,
    designEffect: Math.max(1, designEffect),
    correlation: Math.min(1, Math.max(0, (designEffect - 1) / (perRow - 1))),
    freedom: squares === 0 ? 1 : Math.min(1, trace ** 2 / squares / df),
  };
}

/** Trace of the matrix of cross products, and that of its square, over sites or over bins, whichever are fewer. */
function momentsOf(excess: readonly (readonly number[])[]): { trace: number; squares: number } {
  const bins = excess[0]?.map((_, bin) => excess.map((site) => site[bin] ?? 0)) ?? [];
  const vectors = bins.length < excess.length ? bins : excess;
  const trace = vectors.reduce((all, vector) => all + dot(vector, vector), 0);
  const squares = vectors.reduce((all, a) => all + vectors.reduce((row, b) => row + dot(a, b) ** 2, 0), 0);
  return { trace, squares };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((all, value, i) => all + value * (b[i] ?? 0), 0);
}

/** Design effect of a window to which each site gave so many rows, from the correlation within sites. */
export function designEffectOf(correlation: number, siteSizes: readonly number[]): number {
  const total = sum(siteSizes);
  if (total === 0) return 1;
  const perRow = siteSizes.reduce((all, n) => all + n ** 2, 0) / total;
  return Math.max(1, 1 + (perRow - 1) * correlation);
}

/**
 * Design effect of a comparison of two samples: variances add, so the smaller sample has the greater say.
 * @param n rows of the reference @param m predictions of the window
 */
export function jointDesignEffect(reference: number, n: number, window: number, m: number): number {
  return n + m === 0 ? 1 : (Math.max(1, reference) * m + Math.max(1, window) * n) / (n + m);
}

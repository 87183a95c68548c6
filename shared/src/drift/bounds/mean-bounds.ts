/** Losses of one cluster: records of one site are not independent of each other. */
export interface ClusterLoss {
  cluster: string;
  count: number;
  /** Sum over its records, so that loss / count is their mean. */
  loss: number;
}

/** Fewer independent clusters than that say nothing of their own spread: no bound is drawn. */
export const MIN_CLUSTERS = 5;
/** Number of clusters at which the bounds are tightest; any fixed number is right. */
const TIGHTEST_AT = 30;

/** A mean over `n` clusters; its own variance is `variance / n`. */
export interface Mean {
  /** Clusters that count: fewer than there are where a few hold most of the records. */
  n: number;
  mean: number;
  variance: number;
}

/**
 * Bounds of a mean that hold at every look, approximately: the chance that it is ever below `low` is about `alpha`, and so
 * is the chance that it is ever above `high`. Each side alone has all of `alpha`. With fewer than `MIN_CLUSTERS` they
 * are infinite.
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024, "Time-uniform central limit theory and asymptotic
 * confidence sequences", Annals of Statistics 52(6), the one-sided sequence. It asks for many observations; for few
 * clusters the radius is widened as Student's t widens the normal one.
 */
export function meanBounds({ n, mean, variance }: Mean, alpha: number): { low: number; high: number } {
  if (n < MIN_CLUSTERS) return { low: -Infinity, high: Infinity };
  const tightness = (2 * Math.log(1 / alpha) + Math.log(2 * Math.log(1 / alpha) + 1)) / TIGHTEST_AT;
  const grown = n * tightness + 1;
  const z = Math.sqrt(2 * (grown / (n * tightness)) * Math.log(1 + Math.sqrt(grown) / (2 * alpha)));
  const radius = forFew(z, n - 1) * Math.sqrt(variance / n);
  return { low: mean - radius, high: mean + radius };
}

/** Brier score of one cohort: Σ loss / Σ count, with the spread between clusters; undefined when nothing was counted. */
export function clusterMean(clusters: readonly ClusterLoss[]): Mean | undefined {
  const side = linearised(clusters);
  return side && { mean: side.mean, ...spreadOf([...side.influences.values()], side.clusters) };
}

/**
 * Brier score of one cohort minus that of another. A cluster that both have counts with its difference, so that what its
 * site does to both models cancels out; undefined when one side counted nothing.
 */
export function clusterDifference(
  candidate: readonly ClusterLoss[],
  champion: readonly ClusterLoss[],
): Mean | undefined {
  const [left, right] = [linearised(candidate), linearised(champion)];
  if (left === undefined || right === undefined) return undefined;
  const influences = new Map(left.influences);
  for (const [cluster, influence] of right.influences) {
    influences.set(cluster, (influences.get(cluster) ?? 0) - influence);
  }
  // The side that knows less limits what the difference can say.
  const n = Math.min(left.clusters, right.clusters);
  return { mean: left.mean - right.mean, ...spreadOf([...influences.values()], n) };
}

/**
 * Σ loss / Σ count and how much each cluster moves it (first order, as in Liang and Zeger 1986): the sum of their squares is
 * the variance of the ratio, whatever records of one cluster have in common.
 */
function linearised(cohort: readonly ClusterLoss[]) {
  const clusters = cohort.filter(({ count }) => count > 0).toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const count = clusters.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) return undefined;
  const mean = clusters.reduce((sum, { loss }) => sum + loss, 0) / count;
  const influences = new Map(clusters.map((each) => [each.cluster, (each.loss - mean * each.count) / count]));
  // Kish 1965: so many clusters of one size would know as much.
  const effective = count ** 2 / clusters.reduce((sum, each) => sum + each.count ** 2, 0);
  return { mean, influences, clusters: effective };
}

function spreadOf(influences: readonly number[], n: number): { n: number; variance: number } {
  const squares = influences.reduce((sum, each) => sum + each ** 2, 0);
  const corrected = n > 1 ? (squares * n) / (n - 1) : Infinity;
  return { n, variance: corrected * n };
}

/** A quantile of the normal distribution → about the same quantile of Student's t (Wallace 1959). */
function forFew(z: number, freedom: number): number {
  return Math.sqrt(freedom * Math.expm1((z / (1 - 2 / (8 * freedom + 3))) ** 2 / freedom));
}

import { dot, meanOf, rowsOf, type SiteBlock } from './site-block.ts';

/** One site before and now. */
export interface Stratum {
  site: string;
  past: readonly SiteBlock[];
  now: readonly SiteBlock[];
}

/** Correlation of what a site does in two stretches that lie so many apart, for the part of its wandering that lasts. */
export type Correlation = (lag: number) => number;

/** How much sites wander, by what it is made of; each summed over directions, for one block. */
export interface Blends {
  /** From one stretch to the next, without memory. */
  quick: number;
  /** What lasts: phases of a building. */
  slow: number;
  /** What all sites do at once, as seasons do; it lasts. */
  common: number;
  /** Directions that the wandering keeps to, by Satterthwaite. */
  above: number;
  /** Degrees of freedom that the variance was estimated with. */
  below: number;
}

type Kernel = (i: number, j: number) => number;

/** Without memory. */
const alone: Kernel = (i, j) => (i === j ? 1 : 0);

interface Own {
  weight: number;
  /** Share of the rows of the past that each block has. */
  shares: number[];
  residuals: number[][];
  at: number[];
  noise: Kernel;
}

/**
 * Estimates from the past how much a site wanders, by two moments of the residuals about its mean: their size, and how
 * alike neighbours are. What the mean has already taken away is put back exactly (for one lag Nickell 1981, Econometrica
 * 49); further lags are supposed to fade as `memory` does, for twelve stretches do not tell. Chance of rows is known.
 * @returns undefined without two blocks at any site
 */
export function blendsOf(
  strata: readonly Stratum[],
  weights: readonly number[],
  memory: Correlation,
): Blends | undefined {
  const sites = strata.map(({ past }, s) => ownOf(past, weights[s] ?? 0));
  const slowOf =
    ({ at }: Own): Kernel =>
    (i, j) =>
      memory(Math.abs((at[i] ?? 0) - (at[j] ?? 0)));
  const seen = [0, 0];
  const given = { noise: [0, 0], quick: [0, 0], slow: [0, 0] };
  for (const own of sites) {
    const pairs = pairsOf(own);
    const kernels = { noise: demeaned(own, own.noise), quick: demeaned(own, alone), slow: demeaned(own, slowOf(own)) };
    for (const { moment, i, j, weight } of pairs) {
      seen[moment] = (seen[moment] ?? 0) + weight * dot(own.residuals[i] ?? [], own.residuals[j] ?? []);
      for (const name of ['noise', 'quick', 'slow'] as const) {
        given[name][moment] = (given[name][moment] ?? 0) + weight * kernels[name](i, j);
      }
    }
  }
  if ((given.quick[0] ?? 0) <= 0) return undefined;
  const solved = solve(
    seen.map((one, k) => one - (given.noise[k] ?? 0)),
    given.quick,
    given.slow,
  );
  const common = commonOf(sites, memory);
  return { ...solved, common, above: directionsOf(sites), below: freedomOf(sites, solved, slowOf) };
}

/** Variance of the weighed difference of means, summed over directions. */
export function varianceOf(
  strata: readonly Stratum[],
  weights: readonly number[],
  memory: Correlation,
  { quick, slow, common }: Blends,
): number {
  let [squares, variance, shared] = [0, 0, 0];
  for (const [s, { past, now }] of strata.entries()) {
    const [n, m, weight] = [rowsOf(past), rowsOf(now), (weights[s] ?? 0) ** 2];
    const parts = [
      ...past.map(({ at, n: own }) => ({ at, share: -own / n })),
      ...now.map(({ at, n: own }) => ({ at, share: own / m })),
    ];
    const fading = parts.reduce(
      (all, a) => all + parts.reduce((row, b) => row + a.share * b.share * memory(Math.abs(a.at - b.at)), 0),
      0,
    );
    const even = parts.reduce((all, { share }) => all + share ** 2, 0);
    const rowVariance = rowVarianceOf(past);
    variance += weight * (rowVariance * (1 / n + 1 / m) + quick * even + slow * fading);
    squares += weight;
    shared += (weights[s] ?? 0) * fading;
  }
  return variance + common * (1 - squares) * shared;
}

function ownOf(past: readonly SiteBlock[], weight: number): Own {
  const mean = meanOf(past);
  const n = rowsOf(past);
  const rowVariance = rowVarianceOf(past);
  return {
    weight,
    shares: past.map((one) => one.n / n),
    at: past.map(({ at }) => at),
    residuals: past.map((one) => mean.map((value, j) => (one.sums[j] ?? 0) / one.n - value)),
    noise: (i, j) => (i === j ? rowVariance / (past[i]?.n ?? 1) : 0),
  };
}

function rowVarianceOf(past: readonly SiteBlock[]): number {
  return past.reduce((all, { n, rowVariance }) => all + n * rowVariance, 0) / rowsOf(past);
}

/** What is left of a covariance between two blocks once the weighed mean of all is taken away. */
function demeaned({ shares }: Own, kernel: Kernel): Kernel {
  const rowSums = shares.map((_, i) => shares.reduce((all, share, k) => all + share * kernel(i, k), 0));
  const all = shares.reduce((sum, share, i) => sum + share * (rowSums[i] ?? 0), 0);
  return (i, j) => kernel(i, j) - (rowSums[i] ?? 0) - (rowSums[j] ?? 0) + all;
}

/** Moment 0: each block with itself; moment 1: with its neighbour. */
function pairsOf({ weight, shares, at }: Own): { moment: 0 | 1; i: number; j: number; weight: number }[] {
  return shares.flatMap((share, i) => {
    const own = { moment: 0 as const, i, j: i, weight: weight * share };
    const isNeighbour = i > 0 && at[i] === (at[i - 1] ?? 0) + 1;
    if (!isNeighbour) return [own];
    return [own, { moment: 1 as const, i, j: i - 1, weight: weight * Math.min(share, shares[i - 1] ?? 0) }];
  });
}

/** Two equations for two parts, neither below zero. */
function solve(seen: readonly number[], quick: readonly number[], slow: readonly number[]) {
  const [y0 = 0, y1 = 0, q0 = 0, q1 = 0, s0 = 0, s1 = 0] = [...seen, ...quick, ...slow];
  const determinant = q0 * s1 - s0 * q1;
  const both = {
    quick: determinant === 0 ? -1 : (y0 * s1 - s0 * y1) / determinant,
    slow: determinant === 0 ? -1 : (q0 * y1 - y0 * q1) / determinant,
  };
  if (both.quick >= 0 && both.slow >= 0) return both;
  if (both.slow < 0) return { quick: Math.max(0, q0 > 0 ? y0 / q0 : 0), slow: 0 };
  return { quick: 0, slow: Math.max(0, s0 > 0 ? y0 / s0 : 0) };
}

/** How much sites do the same at the same time: products of residuals of different sites, which chance makes zero. */
function commonOf(sites: readonly Own[], memory: Correlation): number {
  const stretches = new Map<
    number,
    { sum: number[]; squares: number; weight: number; weights: number; left: number }
  >();
  for (const own of sites) {
    const slow: Kernel = (i, j) => memory(Math.abs((own.at[i] ?? 0) - (own.at[j] ?? 0)));
    const left = demeaned(own, slow);
    for (const [i, at] of own.at.entries()) {
      const residual = (own.residuals[i] ?? []).map((one) => one * own.weight);
      const known = stretches.get(at) ?? { sum: [], squares: 0, weight: 0, weights: 0, left: 0 };
      stretches.set(at, {
        sum: residual.map((one, j) => one + (known.sum[j] ?? 0)),
        squares: known.squares + dot(residual, residual),
        weight: known.weight + own.weight,
        weights: known.weights + own.weight ** 2,
        left: known.left + own.weight * left(i, i),
      });
    }
  }
  let [products, expected] = [0, 0];
  for (const { sum, squares, weight, weights, left } of stretches.values()) {
    products += dot(sum, sum) - squares;
    expected += ((weight ** 2 - weights) * left) / weight;
  }
  return expected > 0 ? Math.max(0, products / expected) : 0;
}

function directionsOf(sites: readonly Own[]): number {
  const vectors = sites.flatMap(({ weight, shares, residuals }) =>
    residuals.map((residual, i) => residual.map((one) => one * Math.sqrt(weight * (shares[i] ?? 0)))),
  );
  const length = vectors[0]?.length ?? 0;
  const matrix = Array.from({ length }, (_, i) =>
    Array.from({ length }, (_unused, j) => vectors.reduce((all, one) => all + (one[i] ?? 0) * (one[j] ?? 0), 0)),
  );
  const trace = matrix.reduce((all, row, i) => all + (row[i] ?? 0), 0);
  const squares = matrix.reduce((all, row) => all + dot(row, row), 0);
  return squares === 0 ? Math.max(1, length) : Math.max(1, trace ** 2 / squares);
}

/** Residuals that are alike count as fewer: 2 (mean)² / variance of the sum of squares that the variance is made of. */
function freedomOf(
  sites: readonly Own[],
  { quick, slow }: { quick: number; slow: number },
  slowOf: (own: Own) => Kernel,
): number {
  let [mean, variance] = [0, 0];
  for (const own of sites) {
    const fading = slowOf(own);
    const left = demeaned(own, (i, j) => own.noise(i, j) + (i === j ? quick : 0) + slow * fading(i, j));
    for (const [i, share] of own.shares.entries()) {
      mean += own.weight * share * left(i, i);
      for (const [j, other] of own.shares.entries()) variance += own.weight ** 2 * share * other * left(i, j) ** 2;
    }
  }
  return variance === 0 ? Infinity : mean ** 2 / variance;
}

/**
 * Benjamini–Hochberg: which of these are found, so that of all that is found a share of at most `q` is false on average.
 * Where nothing at all has changed, that is also the chance that anything is found: what is found is then all false.
 * Source: Benjamini and Hochberg 1995, JRSS B 57(1); under positive dependence Benjamini and Yekutieli 2001.
 * @returns one for each p, in their order
 */
export function benjaminiHochberg(ps: readonly number[], q: number): boolean[] {
  const sorted = ps.toSorted((a, b) => a - b);
  const last = sorted.findLastIndex((p, k) => p <= (q * (k + 1)) / sorted.length);
  const limit = last < 0 ? -1 : (sorted[last] ?? -1);
  return ps.map((p) => p <= limit);
}

/** One p for "nothing in this family changed", by the same order: at most q exactly when BH at q finds anything (Simes 1986). */
export function simes(ps: readonly number[]): number {
  const sorted = ps.toSorted((a, b) => a - b);
  return sorted.reduce((least, p, k) => Math.min(least, (p * sorted.length) / (k + 1)), 1);
}

/**
 * Families within families: scopes (sites, groups, profiles) are chosen by their own p, and what moved within a chosen one at
 * `q` times the share of scopes that were chosen. Source: Benjamini and Bogomolov 2014, JRSS B 76(1).
 * @returns for each scope what is found in it, in the order of its ps
 */
export function findInScopes(scopes: readonly (readonly number[])[], q: number): boolean[][] {
  const chosen = benjaminiHochberg(scopes.map(simes), q);
  const share = chosen.filter(Boolean).length / Math.max(1, scopes.length);
  return scopes.map((ps, i) => (chosen[i] === true ? benjaminiHochberg(ps, q * share) : ps.map(() => false)));
}

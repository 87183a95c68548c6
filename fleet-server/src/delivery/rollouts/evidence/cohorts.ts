import type { CohortCluster, MaturedCohorts, SliceCohorts } from '../gates/gate-input.ts';
import type { Judged } from './losses.ts';

/** What a category has to have of each model to be a slice. */
const MIN_ROWS = 20;
/** A value with more categories is a name, not a category. */
const MAX_CATEGORIES = 12;
const MAX_SLICES = 16;
const MAX_NAME = 128;

/** Splits matured predictions by who made them, site by site: one version is the candidate, all others are the champion. */
export function cohortsOf(matured: readonly Judged[], version: string): MaturedCohorts {
  const isOurs = (one: Judged) => one.version === version;
  return {
    candidate: clustersOf(matured.filter(isOurs)),
    champion: clustersOf(matured.filter((one) => !isOurs(one))),
  };
}

/**
 * The same within every category of the plans: values that are words, two to twelve different ones, of which each model has
 * twenty outcomes or more. The sixteen largest at most.
 */
export function slicesOf(matured: readonly Judged[], version: string): SliceCohorts[] {
  const slices: { slice: string; size: number; rows: Judged[] }[] = [];
  for (const [name, categories] of categoriesOf(matured)) {
    if (categories.size < 2 || categories.size > MAX_CATEGORIES) continue;
    for (const [category, rows] of categories) {
      const ours = rows.filter((one) => one.version === version).length;
      if (Math.min(ours, rows.length - ours) < MIN_ROWS) continue;
      slices.push({ slice: `${name} = ${category}`.slice(0, MAX_NAME), size: rows.length, rows });
    }
  }
  return slices
    .toSorted((a, b) => b.size - a.size || (a.slice < b.slice ? -1 : 1))
    .slice(0, MAX_SLICES)
    .map(({ slice, rows }) => ({ slice, ...cohortsOf(rows, version) }));
}

/** Rows by value and category. A value that is a number anywhere is none; one with too many words is given up. */
function categoriesOf(matured: readonly Judged[]): Map<string, Map<string, Judged[]>> {
  const byName = new Map<string, Map<string, Judged[]>>();
  const numeric = new Set<string>();
  for (const one of matured) {
    for (const [name, value] of Object.entries(one.values)) {
      if (typeof value === 'number') numeric.add(name);
      if (typeof value !== 'string') continue;
      const categories = byName.get(name) ?? new Map<string, Judged[]>();
      byName.set(name, categories);
      const rows = categories.get(value);
      if (rows !== undefined) rows.push(one);
      else if (categories.size <= MAX_CATEGORIES) categories.set(value, [one]);
    }
  }
  for (const name of numeric) byName.delete(name);
  return byName;
}

function clustersOf(rows: readonly Judged[]): CohortCluster[] {
  const bySite = new Map<string, CohortCluster>();
  for (const { site, loss } of rows) {
    const cluster = bySite.get(site) ?? { cluster: site, count: 0, loss: 0 };
    cluster.count += 1;
    cluster.loss += loss;
    bySite.set(site, cluster);
  }
  return [...bySite.values()].toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
}

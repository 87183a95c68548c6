import type { Columns, LevelSet, Tree } from '../../../supply/onnx/fitted-model.ts';
import { matrixWidth } from '../matrix.ts';
import type { BinnedColumn } from './bins.ts';

/** The sets of levels that the trees of one fit divide by; each becomes a column of the design matrix. */
export interface LevelSets {
  /** Design-matrix column of the set, a new one where no tree had it yet. `members` by bin. */
  designOf(column: BinnedColumn, members: Uint8Array): number;
  /** The columns with the sets that these trees use, and the trees in terms of them. */
  finish(trees: readonly Tree[]): { columns: Columns; trees: Tree[] };
}

export function createLevelSets(columns: Columns): LevelSets {
  const width = matrixWidth(columns);
  const sets: LevelSet[] = [];
  const known = new Map<string, number>();
  const categoryAt = new Map<number, number>();
  let first = columns.numbers.length;
  columns.categories.forEach(({ levels }, category) => {
    categoryAt.set(first, category);
    first += levels.length;
  });
  return {
    designOf(column, members) {
      const category = categoryAt.get(column.design)!;
      const levels = [...members.keys()].filter((level) => members[level] === 1);
      const key = `${category}:${levels.join(' ')}`;
      const design = known.get(key) ?? width + sets.push({ category, levels }) - 1;
      known.set(key, design);
      return design;
    },
    finish(trees) {
      const used = new Set(trees.flatMap(({ feature }) => [...feature].filter((design) => design >= width)));
      if (used.size === 0) return { columns, trees: [...trees] };
      // By category, as the graph makes them; then in the order of their first use.
      const kept = [...used].toSorted((a, b) => sets[a - width]!.category - sets[b - width]!.category || a - b);
      const places = new Map(kept.map((design, place) => [design, width + place]));
      const renumbered = trees.map((tree) => ({
        ...tree,
        feature: tree.feature.map((design) => places.get(design) ?? design),
      }));
      return { columns: { ...columns, sets: kept.map((design) => sets[design - width]!) }, trees: renumbered };
    },
  };
}

import type { Grove, Leaf } from '../graph/leaves.ts';
import { takesTrue } from './tree-paths.ts';

/** What one leaf of an expression is for one record: a column, or a sum over trees. */
export function sumOfLeaf(leaf: Leaf, groves: readonly Grove[], design: Float64Array): number {
  if (leaf.kind === 'column') return design[leaf.column]!;
  const { ensemble, columns } = groves[leaf.grove]!;
  const { roots, feature, onTrue, onFalse, leaves, aggregate } = ensemble;
  let sum = 0;
  for (const root of roots) {
    let reference = root;
    while (reference >= 0) {
      const isTrue = takesTrue(ensemble, reference, design[columns[feature[reference]!]!]!);
      reference = (isTrue ? onTrue : onFalse)[reference]!;
    }
    for (let at = leaves.start[~reference]!; at < leaves.start[~reference + 1]!; at += 1) {
      if (leaves.target[at] === leaf.target) sum += leaves.weight[at]!;
    }
  }
  if (leaf.table !== undefined) return leaf.table.values[sum * leaf.table.width + (leaf.at ?? 0)] ?? Number.NaN;
  return aggregate === 'AVERAGE' ? sum / roots.length : sum;
}

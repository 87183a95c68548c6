import { branchCount, isLeafRef, leafCount, MODE, type Ensemble } from '../../onnx/index.ts';
import type { RawScore } from '../graph/expression.ts';
import type { Grove, Leaf } from '../graph/leaves.ts';

/** Trees of which every leaf is one number: what it adds to the raw score. */
export interface ScoredTrees {
  roots: Int32Array;
  /** Place among the model's columns, the number compared with, and how. */
  column: Int32Array;
  split: Float64Array;
  mode: Uint8Array;
  missingTrue: Uint8Array;
  /** A reference ≥ 0 names a branch, a negative one the leaf `~reference`. */
  onTrue: Int32Array;
  onFalse: Int32Array;
  leaf: Float64Array;
}

/** The trees of a grove as the raw score sees them; undefined when it does not read them. */
export function scoredTrees(grove: Grove, at: number, leaves: readonly Leaf[], raw: RawScore): ScoredTrees | undefined {
  const own = [...raw.terms].flatMap(([id, factor]) => {
    const one = leaves[id];
    return one?.kind === 'trees' && one.grove === at && factor !== 0 ? [{ ...one, factor }] : [];
  });
  if (own.length === 0) return undefined;
  const { ensemble } = grove;
  const byTarget = Map.groupBy(own, ({ target }) => target);
  const share = ensemble.aggregate === 'AVERAGE' ? 1 / ensemble.roots.length : 1;
  const worth = (target: number, weight: number) =>
    (byTarget.get(target) ?? []).reduce(
      (sum, { factor, table, at: place = 0 }) =>
        sum + factor * (table === undefined ? weight * share : (table.values[weight * table.width + place] ?? 0)),
      0,
    );
  const { start, target, weight } = ensemble.leaves;
  const leaf = Float64Array.from({ length: leafCount(ensemble.leaves) }, (_, number) => {
    let sum = 0;
    for (let entry = start[number]!; entry < start[number + 1]!; entry += 1)
      sum += worth(target[entry]!, weight[entry]!);
    return sum;
  });
  const { roots, split, mode, missingTrue, onTrue, onFalse } = ensemble;
  const column = ensemble.feature.map((feature) => grove.columns[feature]!);
  return { roots, column, split, mode, missingTrue, onTrue, onFalse, leaf };
}

/** Whether x takes the true side of a branch. */
export function takesTrue(trees: Pick<Ensemble, 'mode' | 'split' | 'missingTrue'>, branch: number, x: number): boolean {
  const split = trees.split[branch]!;
  const mode = trees.mode[branch]!;
  if (x !== x) return mode === MODE.neq || trees.missingTrue[branch] === 1;
  if (mode === MODE.leq) return x <= split;
  if (mode === MODE.lt) return x < split;
  if (mode === MODE.gte) return x >= split;
  if (mode === MODE.gt) return x > split;
  return mode === MODE.eq ? x === split : x !== split;
}

/** The mean of the leaves below each branch, `shares[branch]` of the rows having gone to its true side. */
export function meansBelow(trees: ScoredTrees, shares: Float64Array): Float64Array {
  const means = new Float64Array(shares.length);
  const meanOf = (reference: number) => (isLeafRef(reference) ? trees.leaf[~reference]! : means[reference]!);
  // Every branch stands before its children.
  for (let branch = means.length - 1; branch >= 0; branch -= 1) {
    const share = shares[branch]!;
    means[branch] = share * meanOf(trees.onTrue[branch]!) + (1 - share) * meanOf(trees.onFalse[branch]!);
  }
  return means;
}

/** Adds what trees say of one record to the contributions of its columns. @returns the sum of the leaves */
export interface TreeExplainer {
  /** What the trees say on average. */
  base: number;
  explain(design: Float64Array, into: Float64Array): number;
}

/**
 * Path contributions (A. Saabas, "Interpreting random forests", 2014): each branch on the way changes the mean of the
 * leaves that can still be reached, and the change is its column's.
 */
export function createPathExplainer(trees: ScoredTrees, shares: Float64Array, targetOf: Int32Array): TreeExplainer {
  const means = meansBelow(trees, shares);
  const meanOf = (reference: number) => (isLeafRef(reference) ? trees.leaf[~reference]! : means[reference]!);
  const base = trees.roots.reduce((sum, root) => sum + meanOf(root), 0);
  const isPlain = trees.mode.every((mode) => mode === MODE.leq) && trees.split.every((x) => Math.fround(x) === x);
  return { base, explain: isPlain ? walkPacked(trees, means, targetOf) : walkAny(trees, meanOf, targetOf) };
}

function walkAny(
  trees: ScoredTrees,
  meanOf: (reference: number) => number,
  targetOf: Int32Array,
): TreeExplainer['explain'] {
  const { roots, leaf, column, onTrue, onFalse } = trees;
  return (design, into) => {
    let sum = 0;
    for (const root of roots) {
      let reference = root;
      while (reference >= 0) {
        const own = column[reference]!;
        const child = (takesTrue(trees, reference, design[own]!) ? onTrue : onFalse)[reference]!;
        into[targetOf[own]!]! += meanOf(child) - meanOf(reference);
        reference = child;
      }
      sum += leaf[~reference]!;
    }
    return sum;
  };
}

/** Words of a branch: split (float32), true side, false side, column × 2 + whether NaN is true; then its mean (float64). */
const WORDS = 6;

/** All that a branch needs lies in 24 bytes: what such a walk costs are the places in memory that it touches. */
function walkPacked(trees: ScoredTrees, means: Float64Array, targetOf: Int32Array): TreeExplainer['explain'] {
  const { roots, leaf } = trees;
  const buffer = new ArrayBuffer(4 * WORDS * means.length);
  const words = new Int32Array(buffer);
  const splits = new Float32Array(buffer);
  const doubles = new Float64Array(buffer);
  for (let branch = 0; branch < means.length; branch += 1) {
    const word = WORDS * branch;
    splits[word] = trees.split[branch]!;
    words[word + 1] = trees.onTrue[branch]!;
    words[word + 2] = trees.onFalse[branch]!;
    words[word + 3] = 2 * trees.column[branch]! + trees.missingTrue[branch]!;
    doubles[(word >> 1) + 2] = means[branch]!;
  }
  const first = roots.filter((root) => root >= 0);
  // Trees that are a single leaf.
  const constant = roots.reduce((total, root) => (root < 0 ? total + leaf[~root]! : total), 0);
  const standing = new Int32Array(first.length);
  const before = new Float64Array(first.length);
  const asked = new Int32Array(first.length);
  // All trees take a step down before any takes the next: their places in memory are fetched side by side.
  return (design, into) => {
    let sum = constant;
    let walking = first.length;
    for (let tree = 0; tree < walking; tree += 1) {
      const root = first[tree]!;
      standing[tree] = root;
      before[tree] = doubles[((WORDS * root) >> 1) + 2]!;
      asked[tree] = targetOf[words[WORDS * root + 3]! >> 1]!;
    }
    while (walking > 0) {
      let left = 0;
      for (let tree = 0; tree < walking; tree += 1) {
        const word = WORDS * standing[tree]!;
        const mean = doubles[(word >> 1) + 2]!;
        const column = words[word + 3]!;
        const x = design[column >> 1]!;
        const isTrue = x <= splits[word]! || (x !== x && (column & 1) === 1);
        into[asked[tree]!]! += mean - before[tree]!;
        const target = targetOf[column >> 1]!;
        const next = words[word + 2 - (isTrue ? 1 : 0)]!;
        if (next < 0) {
          const value = leaf[~next]!;
          into[target]! += value - mean;
          sum += value;
        } else {
          standing[left] = next;
          before[left] = mean;
          asked[left] = target;
          left += 1;
        }
      }
      walking = left;
    }
    return sum;
  };
}

/** How many branches of trees each leaf could be reached by: shares where nothing is known of the training rows. */
export function sharesByLeaves(trees: Pick<Ensemble, 'onTrue' | 'onFalse' | 'feature'>): Float64Array {
  const below = new Float64Array(branchCount(trees as Ensemble));
  const countOf = (reference: number) => (isLeafRef(reference) ? 1 : below[reference]!);
  const shares = new Float64Array(below.length);
  for (let branch = below.length - 1; branch >= 0; branch -= 1) {
    const [yes, no] = [countOf(trees.onTrue[branch]!), countOf(trees.onFalse[branch]!)];
    below[branch] = yes + no;
    shares[branch] = yes / (yes + no);
  }
  return shares;
}

import { MODE, createLeaves, leafCount, leafOf, type Ensemble } from '@plumbline/shared/onnx';
import { partition } from './partition.ts';
import { rebuild } from './prune.ts';

/**
 * At most `levels` distinct weights for each target: neighbours become their mean, weighted by cover, so that the sum
 * of squared errors is least. Weights that are not finite stay.
 */
export function roundLeaves(ensemble: Ensemble, levels: number): Ensemble {
  const { leaves } = ensemble;
  const cover = new Map<number, Map<number, number>>();
  for (let leaf = 0; leaf < leafCount(leaves); leaf += 1) {
    const { targets, weights } = leafOf(leaves, leaf);
    for (const [at, target] of targets.entries()) {
      if (!Number.isFinite(weights[at])) continue;
      const counts = cover.get(target) ?? new Map<number, number>();
      cover.set(target, counts.set(weights[at]!, (counts.get(weights[at]!) ?? 0) + leaves.cover[leaf]!));
    }
  }
  const books = new Map([...cover].map(([target, counts]) => [target, bookOf(counts, levels, ensemble.double)]));
  const rounded = createLeaves();
  const ids = Int32Array.from({ length: leafCount(leaves) }, (_, leaf) => {
    const { targets, weights } = leafOf(leaves, leaf);
    const fewer = weights.map((weight, at) => books.get(targets[at]!)?.get(weight) ?? weight);
    return rounded.idOf(targets, fewer, leaves.cover[leaf]!);
  });
  const refer = (reference: number) => (reference < 0 ? ~ids[~reference]! : reference);
  return {
    ...ensemble,
    roots: ensemble.roots.map(refer),
    onTrue: ensemble.onTrue.map(refer),
    onFalse: ensemble.onFalse.map(refer),
    leaves: rounded.finish(),
  };
}

/** Distinct values and what each of them becomes. */
function bookOf(counts: Map<number, number>, levels: number, double: boolean): Map<number, number> {
  const values = Float64Array.from(counts.keys()).toSorted();
  const weights = values.map((value) => counts.get(value)!);
  const group = partition(values, weights, levels);
  const sums: { weight: number; moment: number }[] = [];
  for (const [at, value] of values.entries()) {
    const sum = (sums[group[at]!] ??= { weight: 0, moment: 0 });
    sum.weight += weights[at]!;
    sum.moment += weights[at]! * value;
  }
  const means = sums.map(({ weight, moment }) => (double ? moment / weight : Math.fround(moment / weight)));
  return new Map(Array.from(values, (value, at) => [value, means[group[at]!]!]));
}

/**
 * At most `levels` distinct splits for each feature. Distance is measured in ranks, not in units of the feature: trees
 * split where the data lie, so the splits between two values stand for the rows between them. Each group keeps the one
 * of its own splits that lies nearest to its middle, hence a float32 stays one. Equality tests and sets keep theirs.
 */
export function roundSplits(ensemble: Ensemble, levels: number): Ensemble {
  const counts = new Map<number, Map<number, number>>();
  const ordered = (at: number) => ensemble.mode[at]! <= MODE.gt && Number.isFinite(ensemble.split[at]);
  for (const [at, feature] of ensemble.feature.entries()) {
    if (!ordered(at)) continue;
    const own = counts.get(feature) ?? new Map<number, number>();
    counts.set(feature, own.set(ensemble.split[at]!, (own.get(ensemble.split[at]!) ?? 0) + 1));
  }
  const books = new Map([...counts].map(([feature, own]) => [feature, splitBook(own, levels)]));
  const split = ensemble.split.map((value, at) =>
    ordered(at) ? books.get(ensemble.feature[at]!)!.get(value)! : value,
  );
  return { ...ensemble, split };
}

function splitBook(counts: Map<number, number>, levels: number): Map<number, number> {
  const values = Float64Array.from(counts.keys()).toSorted();
  const weights = values.map((value) => counts.get(value)!);
  let before = 0;
  const ranks = weights.map((weight) => {
    before += weight;
    return before - weight / 2;
  });
  const group = partition(ranks, weights, levels);
  const book = new Map<number, number>();
  for (let from = 0; from < values.length;) {
    let to = from;
    while (to < values.length && group[to] === group[from]) to += 1;
    const members = Array.from({ length: to - from }, (_, at) => from + at);
    const total = members.reduce((sum, at) => sum + weights[at]!, 0);
    const middle = members.reduce((sum, at) => sum + weights[at]! * ranks[at]!, 0) / total;
    const kept = members.reduce((a, b) => (Math.abs(ranks[b]! - middle) < Math.abs(ranks[a]! - middle) ? b : a));
    for (const at of members) book.set(values[at]!, values[kept]!);
    from = to;
  }
  return book;
}

/**
 * Trees that are a single leaf as one tree a target, where weights are simply added: the runtime follows each tree for
 * each row. What is to be added anyway can join them.
 * @param base one number a target, or none
 * @param keepZeros also sums of 0, which still mark their targets as answered
 */
export function mergeConstants(ensemble: Ensemble, base: Float64Array, keepZeros: boolean): Ensemble {
  const constants = [...ensemble.roots].filter((root) => root < 0);
  if (ensemble.aggregate !== 'SUM' || (constants.length === 0 && base.length === 0)) return ensemble;
  const sums = new Map<number, number>();
  const add = (target: number, weight: number) => sums.set(target, (sums.get(target) ?? 0) + weight);
  for (const root of constants) {
    const { targets, weights } = leafOf(ensemble.leaves, ~root);
    for (const [at, target] of targets.entries()) add(target, weights[at]!);
  }
  for (const [target, value] of base.entries()) add(target, value);
  const others = [...ensemble.roots].filter((root) => root >= 0);
  const kept = [...sums].filter(([, sum]) => keepZeros || sum !== 0).toSorted(([a], [b]) => a - b);
  if (kept.length === 0 && others.length === 0) kept.push([0, 0]);
  const leaves = createLeaves();
  for (let leaf = 0; leaf < leafCount(ensemble.leaves); leaf += 1) {
    const { targets, weights } = leafOf(ensemble.leaves, leaf);
    leaves.idOf(targets, weights, ensemble.leaves.cover[leaf]!);
  }
  const round = ensemble.double ? (value: number) => value : Math.fround;
  const added = kept.map(([target, sum]) => ~leaves.idOf([target], [round(sum)]));
  const merged = { ...ensemble, leaves: leaves.finish(), roots: Int32Array.from([...others, ...added]) };
  return rebuild(merged, (reference) => reference);
}

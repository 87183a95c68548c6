import type { FittedModel } from '../../../supply/onnx/index.ts';

/** Rows that share one answer, on average: with that many or more, a model knows few answers. */
const COARSE = 3;
/** Between the scores of rows it learned and of rows it did not, in standard deviations of the latter. */
const OVERFIT = 0.25;

/**
 * What a model says of rows it has not seen, as a distribution: what live scores are held against. On rows it learned, a
 * model of neighbours or a deep forest says too nearly what happened; out of fold other models speak, and where a model
 * knows few answers (a tree, a few votes) theirs fall into other bins. So out of fold counts, unless the model knows few
 * answers and says much the same of either rows. Of one tree the rows it learned always count: how many fall into a leaf
 * has nothing to do with their labels.
 * @param own its scores of the rows it learned
 * @param outOfFold scores of those rows by models of the same configuration that had not seen them
 */
export function unseenScores(
  model: Pick<FittedModel, 'kind'> & { trees?: readonly unknown[] },
  own: Float64Array,
  outOfFold: ArrayLike<number>,
): Float64Array {
  const unseen = Float64Array.from(outOfFold);
  if (model.kind === 'neighbours' || unseen.length === 0) return unseen.length === 0 ? own : unseen;
  if (model.kind === 'trees' && model.trees?.length === 1) return own;
  const answers = new Set(Array.from(own, Math.fround)).size;
  const isCoarse = answers * COARSE <= own.length;
  return isCoarse && distance(own, unseen) <= OVERFIT * spread(unseen) ? own : unseen;
}

const PLACES = 1000;

/** Mean difference of their quantiles (Wasserstein's first): small where answers are only a little shifted. */
function distance(left: Float64Array, right: Float64Array): number {
  const [a, b] = [left.toSorted(), right.toSorted()];
  let sum = 0;
  for (let place = 0; place < PLACES; place++) {
    const share = (place + 0.5) / PLACES;
    sum += Math.abs(a[Math.floor(share * a.length)]! - b[Math.floor(share * b.length)]!);
  }
  return sum / PLACES;
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

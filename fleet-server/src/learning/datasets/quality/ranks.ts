/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, at) => at).toSorted((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Spearman's rank correlation, −1 to 1; 0 where one side is constant. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at++) {
    const [dx, dy] = [x[at]! - mean, y[at]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/** Area under the ROC curve of a score against labels (Mann–Whitney), ties half; 0.5 where a class is absent. */
export function rankAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const ranks = ranksOf(scores);
  let [positives, sum] = [0, 0];
  for (let at = 0; at < ranks.length; at++) {
    if (labels[at] !== 1) continue;
    positives++;
    sum += ranks[at]!;
  }
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

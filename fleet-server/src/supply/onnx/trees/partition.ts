/** Points beyond this many are first joined to cells of equal weight: the search below is n · log n for each group. */
const MOST_POINTS = 2048;

/**
 * Splits points on a line into at most `groups` neighbourhoods so that the weighted sum of squared distances to their
 * means is least (exactly so up to 2,048 points): dynamic programming, each row by divide and conquer, since the best
 * cut never moves left as points are added (Wu, "Optimal quantization by matrix searching", 1991). Deterministic.
 * @param points ascending
 * @returns the group of each point, ascending from 0
 */
export function partition(points: Float64Array, weights: Float64Array, groups: number): Int32Array {
  if (points.length <= groups) return Int32Array.from(points, (_, at) => at);
  const cells = joinCells(points, weights, Math.max(MOST_POINTS, 2 * groups));
  const cut = cutCells(cells, Math.min(groups, cells.first.length));
  const group = new Int32Array(points.length);
  for (let cell = 0; cell < cells.first.length; cell += 1) {
    group.fill(cut[cell]!, cells.first[cell]!, cells.first[cell + 1] ?? points.length);
  }
  return group;
}

/** Running sums, so that the cost of any stretch of cells is found in constant time. */
interface Cells {
  /** First point of each cell. */
  first: number[];
  weight: Float64Array;
  moment: Float64Array;
  square: Float64Array;
}

function joinCells(points: Float64Array, weights: Float64Array, most: number): Cells {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const step = points.length <= most ? 0 : total / most;
  // Around its mean the squares of a line lose the fewest digits.
  const centre = points.reduce((sum, point, at) => sum + point * weights[at]!, 0) / total;
  const first: number[] = [];
  const sums: [number, number, number][] = [[0, 0, 0]];
  let running = 0;
  for (const [at, point] of points.entries()) {
    if (at === 0 || step === 0 || Math.floor(running / step) > Math.floor((running - weights[at - 1]!) / step)) {
      first.push(at);
      sums.push([...sums.at(-1)!]);
    }
    const [weight, offset] = [weights[at]!, point - centre];
    const last = sums.at(-1)!;
    last[0] += weight;
    last[1] += weight * offset;
    last[2] += weight * offset * offset;
    running += weight;
  }
  const column = (index: 0 | 1 | 2) => Float64Array.from(sums, (sum) => sum[index]);
  return { first, weight: column(0), moment: column(1), square: column(2) };
}

function cutCells(cells: Cells, groups: number): Int32Array {
  const size = cells.first.length;
  const cost = (from: number, to: number) => {
    const weight = cells.weight[to]! - cells.weight[from]!;
    const moment = cells.moment[to]! - cells.moment[from]!;
    return weight > 0 ? cells.square[to]! - cells.square[from]! - (moment * moment) / weight : 0;
  };
  let best = Float64Array.from({ length: size + 1 }, (_, to) => cost(0, to));
  const cuts: Int32Array[] = [];
  for (let used = 1; used < groups; used += 1) {
    const next = new Float64Array(size + 1);
    const cut = new Int32Array(size + 1);
    const open: [low: number, high: number, from: number, to: number][] = [[used, size, used - 1, size - 1]];
    while (open.length > 0) {
      const [low, high, from, to] = open.pop()!;
      if (low > high) continue;
      const middle = (low + high) >> 1;
      let [least, at] = [Infinity, from];
      for (let candidate = from; candidate <= Math.min(to, middle - 1); candidate += 1) {
        const value = best[candidate]! + cost(candidate, middle);
        if (value < least) [least, at] = [value, candidate];
      }
      next[middle] = least;
      cut[middle] = at;
      open.push([low, middle - 1, from, at], [middle + 1, high, at, to]);
    }
    best = next;
    cuts.push(cut);
  }
  const group = new Int32Array(size);
  let to = size;
  for (let index = groups - 1; index > 0; index -= 1) {
    const from = cuts[index - 1]![to]!;
    group.fill(index, from, to);
    to = from;
  }
  return group;
}

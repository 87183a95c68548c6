/** Stands for the curvature between rows that are alike, so that a step stays finite. */
const LEAST_CURVATURE = 1e-12;
const TOLERANCE = 1e-4;

/** Which way y · α of a row may still go. */
const RISES = 1;
const FALLS = 2;

export interface Solved {
  /** In [0, bound], one a row. */
  alphas: Float64Array;
  /** Margin of every row, those without a bound included: the machine has not seen them. */
  margins: Float64Array;
  bias: number;
}

/**
 * Solves the dual of a support vector machine, min ½ αᵀQα − Σα with yᵀα = 0 and 0 ≤ α ≤ bound, two rows at a time by
 * second-order working sets. Source: Fan, Chen & Lin, Working set selection using second order information for
 * training support vector machines, JMLR 6, 2005; LIBSVM's bias.
 * @param kernel row-major, symmetric, with a diagonal of ones
 * @param bounds C times each row's weight; 0 leaves the row out
 */
export function solveDual(kernel: Float32Array, labels: Uint8Array, bounds: Float64Array): Solved {
  const rows = labels.length;
  const sides = Float64Array.from(labels, (label) => (label === 1 ? 1 : -1));
  const alphas = new Float64Array(rows);
  const ways = Uint8Array.from(labels, (_, row) => wayOf(sides[row]!, 0, bounds[row]!));
  // −y · gradient of the dual: what is left of y when the sum over support vectors is taken away.
  const lacks = sides.slice();
  const limit = Math.max(100_000, 300 * rows);
  for (let step = 0, first = neediest(lacks, ways); step < limit && first >= 0; step++) {
    const second = partnerOf(first, kernel, lacks, ways);
    if (second < 0) break;
    const [a, b] = [first * rows, second * rows];
    const bend = Math.max(2 - 2 * kernel[a + second]!, LEAST_CURVATURE);
    const move = Math.min(
      (lacks[first]! - lacks[second]!) / bend,
      sides[first]! > 0 ? bounds[first]! - alphas[first]! : alphas[first]!,
      sides[second]! > 0 ? alphas[second]! : bounds[second]! - alphas[second]!,
    );
    for (const [row, by] of [
      [first, sides[first]! * move],
      [second, -sides[second]! * move],
    ] as const) {
      alphas[row] = settled(alphas[row]! + by, bounds[row]!);
      ways[row] = wayOf(sides[row]!, alphas[row]!, bounds[row]!);
    }
    let most = -Infinity;
    first = -1;
    for (let row = 0; row < rows; row++) {
      const lack = lacks[row]! - move * (kernel[a + row]! - kernel[b + row]!);
      lacks[row] = lack;
      if (lack > most && (ways[row]! & RISES) !== 0) {
        most = lack;
        first = row;
      }
    }
  }
  const bias = biasOf(lacks, ways);
  return { alphas, bias, margins: lacks.map((lack, row) => sides[row]! - lack + bias) };
}

function wayOf(side: number, alpha: number, bound: number): number {
  const [grows, shrinks] = [alpha < bound, alpha > 0];
  return side > 0 ? Number(grows) * RISES + Number(shrinks) * FALLS : Number(shrinks) * RISES + Number(grows) * FALLS;
}

/** Steps that end at a bound end there exactly. */
function settled(alpha: number, bound: number): number {
  return alpha < 1e-12 * bound ? 0 : alpha > bound * (1 - 1e-12) ? bound : alpha;
}

function neediest(lacks: Float64Array, ways: Uint8Array): number {
  let first = -1;
  for (let row = 0; row < lacks.length; row++) {
    if ((ways[row]! & RISES) !== 0 && (first < 0 || lacks[row]! > lacks[first]!)) first = row;
  }
  return first;
}

/** The row that gains most together with `first`; -1 when no pair is left that breaks the conditions by much. */
function partnerOf(first: number, kernel: Float32Array, lacks: Float64Array, ways: Uint8Array): number {
  const base = first * lacks.length;
  const most = lacks[first]!;
  let [second, gain, least] = [-1, 0, Infinity];
  for (let row = 0; row < lacks.length; row++) {
    if ((ways[row]! & FALLS) === 0) continue;
    const lack = lacks[row]!;
    if (lack < least) least = lack;
    const apart = most - lack;
    if (apart <= 0) continue;
    const bend = 2 - 2 * kernel[base + row]!;
    const own = (apart * apart) / (bend > LEAST_CURVATURE ? bend : LEAST_CURVATURE);
    if (own > gain) {
      gain = own;
      second = row;
    }
  }
  return most - least <= TOLERANCE ? -1 : second;
}

/** What rows strictly between their bounds lack on average; without any, the middle of what the others allow. */
function biasOf(lacks: Float64Array, ways: Uint8Array): number {
  let [sum, free, upper, lower] = [0, 0, Infinity, -Infinity];
  for (let row = 0; row < lacks.length; row++) {
    const lack = lacks[row]!;
    if (ways[row] === RISES + FALLS) {
      sum += lack;
      free += 1;
    } else if (ways[row] === RISES) lower = Math.max(lower, lack);
    else if (ways[row] === FALLS) upper = Math.min(upper, lack);
  }
  if (free > 0) return sum / free;
  if (!Number.isFinite(upper)) return Number.isFinite(lower) ? lower : 0;
  return Number.isFinite(lower) ? (upper + lower) / 2 : upper;
}

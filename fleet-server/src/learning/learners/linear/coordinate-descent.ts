/** Where columns depend on each other the end comes slowly; the next step goes on from here. */
const MAX_SWEEPS = 10_000;
const MAX_WORK = 2e8;

/**
 * Minimises gradient · (u − point) + ½ (u − point)ᵀ curvature (u − point) + l1 · Σ |u| over u, one coordinate after the
 * other; the last one, the bias, is not penalised. Coordinates without curvature, such as constant columns, stay.
 * @param curvature row-major, symmetric
 */
export function descend(
  point: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
  l1: number,
): Float64Array<ArrayBuffer> {
  const size = point.length;
  const wanted = point.slice();
  const slopes = gradient.slice();
  let first = 0;
  const sweeps = Math.min(MAX_SWEEPS, Math.ceil(MAX_WORK / (size * size)));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let largest = 0;
    for (let at = 0; at < size; at++) {
      const bend = curvature[at * size + at]!;
      if (bend <= 0) continue;
      const from = wanted[at]!;
      const free = from - slopes[at]! / bend;
      const to = at === size - 1 ? free : shrink(free, l1 / bend);
      const move = to - from;
      if (move === 0) continue;
      wanted[at] = to;
      const base = at * size;
      for (let other = 0; other < size; other++) slopes[other]! += move * curvature[base + other]!;
      largest = Math.max(largest, bend * move * move);
    }
    if (sweep === 0) first = largest;
    // Squared steps in the norm of the curvature: far below what the outer step can use.
    if (largest <= 1e-22 * first || largest <= 1e-30) break;
  }
  return wanted;
}

function shrink(value: number, by: number): number {
  return Math.abs(value) <= by ? 0 : value - Math.sign(value) * by;
}

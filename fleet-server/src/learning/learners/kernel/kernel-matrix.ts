/**
 * exp(−gamma · ‖x − y‖²) of every pair of rows, row-major and symmetric, in float32 as in LIBSVM's cache.
 * @param points row-major `[rows, width]`
 */
export function kernelMatrix(points: Float64Array, rows: number, gamma: number): Float32Array {
  const width = points.length / rows;
  const kernel = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    kernel[row * rows + row] = 1;
    const base = row * width;
    for (let other = 0; other < row; other++) {
      const start = other * width;
      let squares = 0;
      for (let column = 0; column < width; column++) squares += (points[base + column]! - points[start + column]!) ** 2;
      const similarity = Math.exp(-gamma * squares);
      kernel[row * rows + other] = similarity;
      kernel[other * rows + row] = similarity;
    }
  }
  return kernel;
}

/** 1 / (columns × variance of all values): scikit-learn's `scale`, with rows by their weights. */
export function defaultGamma(points: Float64Array, rows: number, weights: Float64Array | undefined): number {
  const width = points.length / rows;
  let [sum, squares, total] = [0, 0, 0];
  for (let at = 0; at < points.length; at++) {
    const weight = weights?.[Math.floor(at / width)] ?? 1;
    sum += weight * points[at]!;
    squares += weight * points[at]! ** 2;
    total += weight;
  }
  const variance = squares / total - (sum / total) ** 2;
  return variance > 0 ? 1 / (width * variance) : 1;
}

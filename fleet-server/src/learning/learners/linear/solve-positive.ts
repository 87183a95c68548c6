/**
 * Solves `matrix · x = right` for a symmetric positive matrix by Cholesky's decomposition. A column that depends on
 * those before it, such as a constant one, gets 0.
 * @param matrix row-major; overwritten
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array<ArrayBuffer> {
  const size = right.length;
  const solved = new Float64Array(right);
  const least = 1e-13 * matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (i === j) matrix[j * size + j] = sum > least ? Math.sqrt(sum) : 0;
      else matrix[i * size + j] = quotient(sum, matrix[j * size + j]!);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solved[i]! -= matrix[i * size + k]! * solved[k]!;
    solved[i] = quotient(solved[i]!, matrix[i * size + i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solved[i]! -= matrix[k * size + i]! * solved[k]!;
    solved[i] = quotient(solved[i]!, matrix[i * size + i]!);
  }
  return solved;
}

/** Nothing can be said of a column that depends on others. */
function quotient(value: number, pivot: number): number {
  return pivot === 0 ? 0 : value / pivot;
}

import type { Matrix } from '../matrix.ts';

/** Number columns imputed and standardised, column-major. */
export function standardise(matrix: Matrix): Float64Array {
  const standard = new Float64Array(matrix.numbers.length);
  matrix.columns.numbers.forEach(({ impute, mean, scale }, column) => {
    for (let index = column * matrix.rows; index < (column + 1) * matrix.rows; index++) {
      const value = matrix.numbers[index]!;
      standard[index] = ((Number.isNaN(value) ? impute : value) - mean) / scale;
    }
  });
  return standard;
}

/** Adds `weights · row` to every margin; the bias is the caller's. */
export function addMargins(
  margins: Float64Array,
  standard: Float64Array,
  codes: Uint8Array[],
  columns: Matrix['columns'],
  weights: Float64Array,
): void {
  const rows = margins.length;
  for (let column = 0; column < columns.numbers.length; column++) {
    const weight = weights[column]!;
    const base = column * rows;
    for (let row = 0; row < rows; row++) margins[row]! += weight * standard[base + row]!;
  }
  let offset = columns.numbers.length;
  columns.categories.forEach(({ levels }, index) => {
    const code = codes[index]!;
    for (let row = 0; row < rows; row++) {
      if (code[row]! < levels.length) margins[row]! += weights[offset + code[row]!]!;
    }
    offset += levels.length;
  });
}

/** Writes `Σ residuals[row] · row`, and the sum of the residuals in the place after the columns: that of the bias. */
export function fillGradient(
  gradient: Float64Array,
  residuals: Float64Array,
  standard: Float64Array,
  codes: Uint8Array[],
  columns: Matrix['columns'],
): void {
  const rows = residuals.length;
  gradient.fill(0);
  for (let column = 0; column < columns.numbers.length; column++) {
    const base = column * rows;
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += residuals[row]! * standard[base + row]!;
    gradient[column] = sum;
  }
  let offset = columns.numbers.length;
  columns.categories.forEach(({ levels }, index) => {
    const code = codes[index]!;
    for (let row = 0; row < rows; row++) {
      if (code[row]! < levels.length) gradient[offset + code[row]!]! += residuals[row]!;
    }
    offset += levels.length;
  });
  for (let row = 0; row < rows; row++) gradient[offset]! += residuals[row]!;
}

/**
 * Σ factors[row] · row · rowᵀ over the design matrix and a last column of ones, for the bias: row-major, symmetric.
 * Indicators cost what they hold, one a category and row.
 */
export function weightedProducts(
  factors: Float64Array,
  standard: Float64Array,
  codes: Uint8Array[],
  columns: Matrix['columns'],
): Float64Array {
  const rows = factors.length;
  const { length } = columns.numbers;
  const size = columns.categories.reduce((sum, { levels }) => sum + levels.length, length) + 1;
  const products = new Float64Array(size * size);
  const weighted = new Float64Array(rows);
  const offsets = offsetsOf(columns);
  for (let column = 0; column < length; column++) {
    const base = column * rows;
    for (let row = 0; row < rows; row++) weighted[row] = factors[row]! * standard[base + row]!;
    for (let other = column; other < length; other++) {
      const start = other * rows;
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += weighted[row]! * standard[start + row]!;
      products[column * size + other] = sum;
    }
    codes.forEach((code, index) => {
      const [from, levels] = offsets[index]!;
      for (let row = 0; row < rows; row++) {
        if (code[row]! < levels) products[column * size + from + code[row]!]! += weighted[row]!;
      }
    });
    for (let row = 0; row < rows; row++) products[column * size + size - 1]! += weighted[row]!;
  }
  codes.forEach((code, index) => {
    const [from, levels] = offsets[index]!;
    for (let other = index; other < codes.length; other++) {
      const [start, limit] = offsets[other]!;
      for (let row = 0; row < rows; row++) {
        if (code[row]! >= levels || codes[other]![row]! >= limit) continue;
        products[(from + code[row]!) * size + start + codes[other]![row]!]! += factors[row]!;
      }
    }
    for (let row = 0; row < rows; row++) {
      if (code[row]! < levels) products[(from + code[row]!) * size + size - 1]! += factors[row]!;
    }
  });
  for (let row = 0; row < rows; row++) products[size * size - 1]! += factors[row]!;
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) products[i * size + j] = products[j * size + i]!;
  return products;
}

function offsetsOf({ numbers, categories }: Matrix['columns']): [from: number, levels: number][] {
  let from = numbers.length;
  return categories.map(({ levels }) => {
    const own: [number, number] = [from, levels.length];
    from += levels.length;
    return own;
  });
}

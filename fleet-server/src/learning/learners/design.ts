import { standardValue } from '../../supply/onnx/machines/standard-row.ts';
import { LearnerError } from './errors.ts';
import { type Matrix, matrixWidth } from './matrix.ts';

/** Hands over each row of the raw design matrix, in an array that is the reader's until the next row. */
export function readRows(matrix: Matrix, read: (design: Float64Array, row: number) => void): void {
  const { rows, columns, numbers, codes } = matrix;
  const design = new Float64Array(matrixWidth(columns));
  const { length } = columns.numbers;
  for (let row = 0; row < rows; row++) {
    design.fill(0, length);
    for (let column = 0; column < length; column++) design[column] = numbers[column * rows + row]!;
    let offset = length;
    for (let index = 0; index < codes.length; index++) {
      const { levels } = columns.categories[index]!;
      const code = codes[index]![row]!;
      if (code < levels.length) design[offset + code] = 1;
      offset += levels.length;
    }
    read(design, row);
  }
}

/** The design matrix row by row, imputed, standardised and cut off as graphs that work with distances do it. */
export function standardRows(matrix: Matrix): Float64Array {
  const width = matrixWidth(matrix.columns);
  const { numbers } = matrix.columns;
  const rows = new Float64Array(matrix.rows * width);
  readRows(matrix, (design, row) => {
    for (let column = 0; column < numbers.length; column++) {
      design[column] = standardValue(design[column]!, numbers[column]!);
    }
    rows.set(design, row * width);
  });
  return rows;
}

/** The largest training set that an algorithm takes. */
export interface SizeLimit {
  rows: number;
  /** Columns of the design matrix, indicators counted one by one. */
  columns: number;
}

/** Throws `too_large` naming what is too much, and the limit. */
export function requireSize(algorithm: string, size: SizeLimit, limit: SizeLimit): void {
  for (const field of ['rows', 'columns'] as const) {
    if (size[field] <= limit[field]) continue;
    const what = `${algorithm} takes at most ${limit[field]} ${field}, and there are ${size[field]}`;
    const expected = `at most ${limit[field]} ${field}`;
    throw new LearnerError('too_large', what, { kind: 'too-large', field, expected });
  }
}

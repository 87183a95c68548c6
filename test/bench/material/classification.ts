import { createSeededRandom } from '@plumbline/shared/testing';

/** Rows to learn from, and the same folds for everybody who learns. */
export interface Classification {
  rows: number;
  columns: number;
  /** Column-major. */
  numbers: Float32Array;
  labels: Uint8Array;
  folds: number;
}

/**
 * Numbers whose log-odds are a sum of straight, bent and joint effects of eight columns; the others are noise.
 * Row i is validated in fold `i % folds`.
 */
export function makeClassification(seed: number, rows: number, columns: number, folds: number): Classification {
  const { next } = createSeededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const numbers = new Float32Array(rows * columns).map(normal);
  const at = (row: number, column: number) => numbers[column * rows + row] ?? 0;
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const x = (column: number) => at(row, column);
    const straight = 0.8 * x(0) - 0.6 * x(1) + 0.4 * x(2);
    const bent = Math.abs(x(3)) - 0.8 + Math.sin(2 * x(4));
    const joint = 0.9 * x(5) * x(6) + (x(7) > 0.5 ? x(0) : 0);
    return next() < 1 / (1 + Math.exp(-(straight + bent + joint))) ? 1 : 0;
  });
  return { rows, columns, numbers, labels, folds };
}

/** The rows of a fold that are learned from, or those that are scored. */
export function rowsOf({ rows, folds }: Classification, fold: number, part: 'train' | 'valid'): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter(
    (row) => (row % folds === fold) === (part === 'valid'),
  );
}

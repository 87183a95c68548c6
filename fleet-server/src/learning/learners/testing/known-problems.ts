import { buildMatrix, fitColumns, type Matrix, numberMatrix } from '../matrix.ts';
import { createRandom, type SeededRandom } from '../random.ts';
import { encodeTable } from '../table.ts';

/** Two columns and a label for each row. */
type Points = [x: number, y: number, label: 0 | 1][];

/** Two half circles that reach into each other: no line divides them. */
export function twoMoons(rows: number, seed: number): Matrix {
  const random = createRandom(seed);
  return matrixOf(
    Array.from({ length: rows }, (_, row) => {
      const angle = Math.PI * random.unit();
      const [x, y] = row % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
      return [x + 0.15 * normal(random), y + 0.15 * normal(random), row % 2 === 0 ? 1 : 0];
    }),
  );
}

/** Late where exactly one of two numbers is positive. */
export function exclusiveOr(rows: number, seed: number): Matrix {
  const random = createRandom(seed);
  return matrixOf(
    Array.from({ length: rows }, () => {
      const [x, y] = [2 * random.unit() - 1, 2 * random.unit() - 1];
      return [x, y, x > 0 === y > 0 ? 0 : 1];
    }),
  );
}

/**
 * Rows as projects give them: four numbers of very different size, one in ten missing, one of them constant and one
 * never given, and a trade that tells; with days of delay beside the labels.
 */
export function mixedRows(rows: number, seed: number, lateShare = 0.4): Matrix {
  const random = createRandom(seed);
  const examples = Array.from({ length: rows }, (_, row) => {
    const [float, cost] = [normal(random), normal(random)];
    const trade = ['concrete', 'masonry', 'roofing'][random.below(3)]!;
    const days = 20 * (float - 0.5 * cost + (trade === 'masonry' ? 1 : 0)) + 10 * normal(random);
    const given = (value: number) => (random.unit() < 0.1 ? null : value);
    const values = { float: given(10 + 3 * float), cost: given(1e6 + 2e5 * cost), storeys: 4, budget: null, trade };
    return { row, values, days };
  });
  const border = examples.map(({ days }) => days).toSorted((a, b) => b - a)[Math.floor(lateShare * rows)]!;
  const features = ['float', 'cost', 'storeys', 'budget', 'trade'].map((name) => ({
    name,
    type: name === 'trade' ? ('category' as const) : ('number' as const),
    missing: 'accept' as const,
    from: { column: name },
  }));
  const table = encodeTable(
    examples.map(({ row, values, days }) => ({
      ref: `a${row}`,
      site: 's',
      group: 'g',
      startAt: row,
      dueAt: row + 1,
      knownAt: row + 2,
      label: days > border ? (1 as const) : (0 as const),
      values,
    })),
    features,
  );
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const matrix = buildMatrix(table, fitColumns(table, all, { minLevelRows: 1 }), all);
  return { ...matrix, targets: Float32Array.from(examples, ({ days }) => days) };
}

/** Each row as often as `counts` says, one after the other, under the columns as they are. */
export function repeatRows(matrix: Matrix, counts: readonly number[]): Matrix {
  const rows = counts.flatMap((count, row) => Array<number>(count).fill(row));
  const { numbers, codes, labels, targets, columns } = matrix;
  return {
    rows: rows.length,
    columns,
    numbers: Float32Array.from(columns.numbers.flatMap((_, at) => rows.map((row) => numbers[at * matrix.rows + row]!))),
    codes: codes.map((code) => Uint8Array.from(rows, (row) => code[row]!)),
    labels: Uint8Array.from(rows, (row) => labels[row]!),
    ...(targets === undefined ? {} : { targets: Float32Array.from(rows, (row) => targets[row]!) }),
  };
}

/** Share of rows whose label the scores tell, late from 0.5. */
export function accuracy(scores: Float64Array, labels: Uint8Array): number {
  return scores.filter((score, row) => score > 0.5 === (labels[row] === 1)).length / labels.length;
}

/** Of mean 0 and variance 1: twelve uniform numbers. */
function normal(random: SeededRandom): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.unit();
  return sum;
}

function matrixOf(points: Points): Matrix {
  const numbers = Float32Array.from([...points.map(([x]) => x), ...points.map(([, y]) => y)]);
  return numberMatrix(
    numbers,
    Uint8Array.from(points, ([, , label]) => label),
  );
}

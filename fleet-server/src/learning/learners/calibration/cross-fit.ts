import type { Matrix } from '../matrix.ts';

const FOLDS = 3;

/**
 * Deals rows into three parts for cross-fitting, so that both labels are spread evenly. Groups of rows that are not
 * independent stay together: a row is not unseen when its neighbours were seen, and a margin over them is too sure.
 * Of independent rows what decides is a row's content and the seed: equal rows stay together, as the same row seen twice
 * is not unseen, and a row of weight 2 is dealt as the row twice.
 */
export function crossFolds(matrix: Matrix, seed: number): Int32Array {
  const keys = contentKeys(matrix, seed);
  const byGroup = matrix.groups && dealGroups(matrix, matrix.groups, keys);
  return byGroup ?? dealRows(matrix, keys);
}

function dealRows(matrix: Matrix, keys: Float64Array): Int32Array {
  const folds = new Int32Array(matrix.rows);
  for (const label of [0, 1]) {
    const own = keys.filter((_, row) => matrix.labels[row] === label && matrix.weights?.[row] !== 0);
    const places = new Map([...new Set(own.toSorted())].map((key, place) => [key, place]));
    keys.forEach((key, row) => {
      if (matrix.labels[row] === label) folds[row] = (places.get(key) ?? 0) % FOLDS;
    });
  }
  return folds;
}

/**
 * The heaviest group first, each to the part in which the two labels then lie closest to a third of all; undefined where
 * there are fewer groups than parts.
 */
function dealGroups({ labels, weights }: Matrix, groups: Int32Array, keys: Float64Array): Int32Array | undefined {
  const found = new Map<number, Sums & { key: number }>();
  groups.forEach((group, row) => {
    const sums = found.get(group) ?? { late: 0, onTime: 0, key: Infinity };
    found.set(group, sums);
    const weight = weights?.[row] ?? 1;
    sums[labels[row] === 1 ? 'late' : 'onTime'] += weight;
    // Neither the order of rows nor how often one counts moves a group to another part.
    if (weight > 0) sums.key = Math.min(sums.key, keys[row]!);
  });
  const heaviest = [...found].toSorted(([, a], [, b]) => b.late + b.onTime - a.late - a.onTime || a.key - b.key);
  if (heaviest.length < FOLDS) return undefined;
  const total = heaviest.reduce((sums, [, one]) => added(sums, one), { late: 0, onTime: 0 });
  const size = ({ late, onTime }: Sums) => (late / (total.late || 1)) ** 2 + (onTime / (total.onTime || 1)) ** 2;
  const parts: Sums[] = Array.from({ length: FOLDS }, () => ({ late: 0, onTime: 0 }));
  const partOf = new Map<number, number>();
  for (const [group, sums] of heaviest) {
    const growth = parts.map((part) => size(added(part, sums)) - size(part));
    const chosen = growth.indexOf(Math.min(...growth));
    parts[chosen] = added(parts[chosen]!, sums);
    partOf.set(group, chosen);
  }
  return groups.map((group) => partOf.get(group)!);
}

interface Sums {
  late: number;
  onTime: number;
}

function added(one: Sums, other: Sums): Sums {
  return { late: one.late + other.late, onTime: one.onTime + other.onTime };
}

/** Rows held out by content: equal rows go together. @param share of the distinct rows, by chance */
export function heldOut(matrix: Matrix, seed: number, share: number): Uint8Array {
  return Uint8Array.from(contentKeys(matrix, seed), (key) => Number(key < share * KEYS));
}

/** Weights that leave the rows of `fold` out; undefined when the others do not show both labels. */
export function outOfFold(
  { rows, labels, weights }: Matrix,
  folds: Int32Array,
  fold: number,
): Float64Array<ArrayBuffer> | undefined {
  const others = Float64Array.from({ length: rows }, (_, row) => (folds[row] === fold ? 0 : (weights?.[row] ?? 1)));
  const shows = (label: number): boolean => others.some((weight, row) => weight > 0 && labels[row] === label);
  return shows(0) && shows(1) ? others : undefined;
}

export function inFold(folds: Int32Array, fold: number): number[] {
  return [...folds.keys()].filter((row) => folds[row] === fold);
}

const KEYS = 2 ** 53;

/** A number in [0, 2^53) for each row: two mixes of its bits. Collisions only put two rows together. */
function contentKeys({ rows, columns, numbers, codes, labels }: Matrix, seed: number): Float64Array {
  const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Float64Array.from({ length: rows }, (_, row) => {
    let [high, low] = [seed | 0, ~seed];
    const mix = (value: number): void => {
      high = Math.imul(high ^ value, 0x9e3779b1);
      high ^= high >>> 15;
      low = Math.imul(low ^ value, 0x85ebca6b);
      low ^= low >>> 13;
    };
    for (let column = 0; column < columns.numbers.length; column++) mix(bits[column * rows + row]!);
    for (const code of codes) mix(code[row]!);
    mix(labels[row]!);
    mix(0x5bd1e995);
    return (high >>> 0) * 2 ** 21 + (low >>> 11);
  });
}
